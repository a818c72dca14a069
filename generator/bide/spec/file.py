"""Read a spec from the disk."""

from __future__ import annotations

from pathlib import Path

from bide.spec.diagnostics import Diagnostic, Place, SpecError
from bide.spec.document import SIZE_LIMIT


def content_of(path: Path) -> bytes:
    """The bytes of the file, at most one more than the size limit. Raises `OSError`."""
    with path.open("rb") as file:
        return file.read(SIZE_LIMIT + 1)


def text_of(file: str, content: bytes) -> str:
    """The text of a spec. Raises `SpecError` if it is not UTF-8."""
    if len(content) > SIZE_LIMIT:
        # It may end in mid-character. `document` reports that it is too large.
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
                    "save the file as UTF-8",
                )
            ]
        ) from None
