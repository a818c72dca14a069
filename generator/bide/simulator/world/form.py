"""Parse `multipart/form-data` bodies. Independent of models."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bide.simulator.life.answer import Asked

_BOUNDARY = re.compile(r'multipart/form-data;.*\bboundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_NAME = re.compile(r'content-disposition: *form-data; *name="([^"]*)"', re.IGNORECASE)
_FILE = re.compile(r"; *filename\*?=", re.IGNORECASE)
_TYPE = re.compile(r"^content-type: *([^;\s]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """One part."""

    content: bytes
    type: str
    is_file: bool


def read_form(asked: Asked) -> dict[str, list[Part]]:
    """The parts of a body by name, in order. Raises `ValueError` if it is not valid."""
    announced = _BOUNDARY.match(asked.headers.get("content-type", ""))
    if announced is None:
        raise ValueError("the content type has no boundary")
    boundary = (announced[1] or announced[2]).encode()
    before, *sections = (b"\r\n" + asked.body).split(b"\r\n--" + boundary)
    if before or not sections or not sections[-1].startswith(b"--"):
        raise ValueError("the body does not begin or end with the boundary")
    found: dict[str, list[Part]] = {}
    for section in sections[:-1]:
        head, _, content = section.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        text = head.decode()
        name, kind = _NAME.search(text), _TYPE.search(text)
        if name is None:
            raise ValueError("a part has no name")
        part = Part(content, kind[1] if kind else "text/plain", _FILE.search(text) is not None)
        found.setdefault(name[1].replace("%22", '"'), []).append(part)
    return found
