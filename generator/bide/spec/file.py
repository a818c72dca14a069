"""A spec on the disk, and its text."""

from __future__ import annotations

from pathlib import Path

from bide.spec.diagnostics import Diagnostic, Place, SpecError
from bide.spec.document import SIZE_LIMIT


def content_of(path: Path) -> bytes:
    """What is in the file; of one that is larger than any spec, a little more than the limit. Raises `OSError`."""
    with path.open("rb") as file:
        return file.read(SIZE_LIMIT + 1)


def text_of(file: str, content: bytes) -> str:
    """The text of a spec. Raises `SpecError` if it is no UTF-8."""
    if len(content) > SIZE_LIMIT:
        # It may be cut off in mid-character. That it is too large is for `source` to say.
        return content.decode("utf-8", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise SpecError(
            [
                Diagnostic(
                    place,
                    "bad-character",
                    f"the byte 0x{content[error.start]:02X} is not UTF-8",
                    "save the file with UTF-8 as its encoding",
                )
            ]
        ) from None
