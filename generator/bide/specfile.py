"""From a path to the text of a spec."""

from __future__ import annotations

from pathlib import Path

from bide.diagnostics import Diagnostic, Place, SpecError
from bide.source import SIZE_LIMIT


def text_of(path: Path) -> str:
    """What is in the file. Raises `SpecError` if that is no UTF-8, and `OSError`."""
    with path.open("rb") as file:
        content = file.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        # Cut off in mid-character perhaps; that it is too large is for `source` to say.
        return content.decode("utf-8", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SpecError([_not_utf8(str(path), content, error.start)]) from None


def _not_utf8(file: str, content: bytes, index: int) -> Diagnostic:
    before = content[:index].decode("utf-8")
    place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
    return Diagnostic(
        place,
        "bad-character",
        f"the byte 0x{content[index]:02X} is not UTF-8",
        "save the file with UTF-8 as its encoding",
    )
