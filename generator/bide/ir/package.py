"""The metadata of a package."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A maintainer of the generated package."""

    name: str
    email: str = ""
    """Empty if the spec gives none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The metadata of the generated package."""

    name: str
    """The name of the distribution."""
    version: str = "0.1.0"
    license: str = ""
    """An SPDX expression; empty if the spec gives none."""
    authors: tuple[Author, ...] = ()
    urls: tuple[tuple[str, str], ...] = ()
    """(label, URL) pairs."""
    is_published: bool = False
    """Whether the spec has `package`, and so the package is on an index."""
