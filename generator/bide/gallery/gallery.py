"""The specs of this folder."""

from __future__ import annotations

from importlib import resources


def names() -> list[str]:
    """The names of all specs, sorted."""
    files = (file.name for file in resources.files("bide.gallery").iterdir())
    return sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))


def text(name: str) -> str:
    """The text of a spec."""
    return resources.files("bide.gallery").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
