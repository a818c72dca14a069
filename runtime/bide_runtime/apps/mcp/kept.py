"""Results that are too large for an answer, or are files: kept on disk while the server runs, as resources."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

import mcp_types as types

_SCHEME = "bide://result/"
_MOST = 200
"""How many are kept. The oldest ones go."""

_SUFFIXES = {"application/json": ".json", "text/plain": ".txt"}


class _File(NamedTuple):
    path: Path
    link: types.ResourceLink
    is_text: bool


class Kept:
    """Results in a private folder, by their addresses."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files: dict[str, _File] = {}

    def keep(self, content: bytes | str, media_type: str, description: str) -> types.ResourceLink:
        """Keep a result; returns the link to it."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="bide-mcp-", ignore_cleanup_errors=True)
        number = token_hex(8)
        path = Path(self._folder.name) / f"{number}{_SUFFIXES.get(media_type, '')}"
        data = content.encode(errors="replace") if isinstance(content, str) else content
        path.write_bytes(data)
        link = types.ResourceLink(
            uri=f"{_SCHEME}{number}", name=path.name, description=description, mime_type=media_type, size=len(data)
        )
        self._files[link.uri] = _File(path, link, isinstance(content, str))
        while len(self._files) > _MOST:
            self._files.pop(next(iter(self._files))).path.unlink(missing_ok=True)
        return link

    def link_of(self, uri: str) -> types.ResourceLink:
        """The link to a result that is kept."""
        return self._files[uri].link

    def all(self) -> list[types.Resource]:
        """All that is kept."""
        return [types.Resource(**file.link.model_dump(exclude={"type"})) for file in self._files.values()]

    def read(self, uri: str) -> types.TextResourceContents | types.BlobResourceContents | None:
        """A result; `None`: it is not kept, or no longer."""
        if (file := self._files.get(uri)) is None:
            return None
        data, media_type = file.path.read_bytes(), file.link.mime_type
        if file.is_text:
            return types.TextResourceContents(uri=uri, mime_type=media_type, text=data.decode())
        return types.BlobResourceContents(uri=uri, mime_type=media_type, blob=base64.b64encode(data).decode())

    def path_of(self, uri: str) -> str:
        """Where it is on this machine."""
        return str(self._files[uri].path)

    def close(self) -> None:
        """Remove all."""
        self._files.clear()
        if self._folder is not None:
            self._folder.cleanup()
