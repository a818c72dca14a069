"""Put a page together: one HTML file with its style and its script inside. Pure but for reading the parts."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent

SECURITY_HEADERS = {
    "content-security-policy": "frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
"""Headers of a page that is served, which it cannot say itself."""


def simulator_page(title: str) -> str:
    """The page of the simulator of a provider with this title. It asks the simulator for everything else."""
    return _page(f"{title}, simulated", "simulator", {"title": title})


def trace_page(title: str, data: Any) -> str:
    """The page of a trace: *data* are its lanes, its other requests and its summary."""
    return _page(title, "trace", data)


def _page(title: str, kind: str, data: Any) -> str:
    script = f"{_part('lanes.js')}\n{_part(f'{kind}.js')}"
    style = _part("lanes.css")
    sources = {
        "default-src": "'none'",
        "script-src": _hash(script),
        "style-src": _hash(style),
        "connect-src": "'self'" if kind == "simulator" else "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    parts = {
        "TITLE": html.escape(title),
        "POLICY": "; ".join(f"{name} {text}" for name, text in sources.items()),
        "STYLE": style,
        "BODY": _part(f"{kind}.html"),
        "DATA": _in_script(data),
        "SCRIPT": script,
    }
    before, *rest = _part("page.html").split("{{")
    return before + "".join(parts[name] + text for name, _, text in (piece.partition("}}") for piece in rest))


def _in_script(data: Any) -> str:
    """JSON that a script element can hold: nothing in it ends the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _part(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
