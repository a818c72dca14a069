"""Survivors that change nothing that anybody could tell, with the reason."""

from __future__ import annotations

import tomllib
from pathlib import Path

FILE = Path(__file__).parent / "equivalent.toml"


def known() -> tuple[bool, dict[str, str]]:
    """Whether the target is claimed to be reached, and the reason for each known survivor, by its name."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return content["claimed"], {entry["mutant"]: entry["reason"] for entry in content.get("equivalent", [])}
