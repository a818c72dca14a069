"""The pages of a site: what is on each, and the templates that print it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from bide.ir import Provider
from bide.site.provider import SiteView
from bide.site.text import address, marked

PAGES = (
    ("index.html", "Start"),
    ("jobs.html", "Jobs"),
    ("operations.html", "Operations"),
    ("models.html", "Models"),
    ("errors.html", "Errors"),
    ("testing.html", "Testing"),
    ("terminal.html", "Terminal and agents"),
)
"""The file and the title of each page, in order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that the search finds."""

    title: str
    about: str
    page: str

    @property
    def row(self) -> list[str]:
        return [self.title, self.about, self.page]


def site(provider: Provider) -> dict[str, str]:
    """The text of each page, by its file name."""
    view = SiteView(provider)
    shown = [(file, title) for file, title in PAGES if view.has(file)]
    entries = [Entry(title, "", file) for file, title in shown]
    entries += [Entry(*each) for each in view.entries]
    script = _source("search.js")
    context = {
        "site": view,
        "pages": shown,
        "style": _safe(_source("style.css")),
        "script": _safe(script),
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "index": _safe(_data([entry.row for entry in entries])),
    }
    return {
        file: _environment().get_template(f"{file}.jinja").render(context, page=file, page_title=title)
        for file, title in shown
    }


def _safe(text: str) -> Markup:
    return Markup(text)


def _data(value: object) -> str:
    """JSON that may stand in a `script` element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _source(name: str) -> str:
    return (files("bide") / "site" / "templates" / name).read_text("utf-8")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_source),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(marked=marked, address=address)
    return environment
