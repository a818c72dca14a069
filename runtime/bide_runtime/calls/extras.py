"""Headers, query parameters and body fields that a caller adds to those of the spec."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from ..errors.client import InvalidArgument
from ..http.file_body import FileBody
from ..http.request import Json, query
from ..models.plain import plain
from .call import Call


class Extras(msgspec.Struct, frozen=True, kw_only=True):
    """Headers for every request, and query parameters and body fields for each call and each submit."""

    headers: Mapping[str, str] = {}
    query: Mapping[str, Json] = {}
    body: Mapping[str, Json] = {}

    def with_more(self, more: Extras) -> Extras:
        """These and *more*; *more* takes precedence."""
        return Extras(
            headers={**self.headers, **more.headers},
            query={**self.query, **more.query},
            body={**self.body, **more.body},
        )

    def url(self, url: str) -> str:
        """*url* with the query parameters."""
        pairs = query(list(self.query.items()))
        return url + ("&" + pairs[1:] if "?" in url and pairs else pairs)

    def body_of(self, call: Call[object]) -> bytes | FileBody | None:
        """The body of a call with the extra fields. Raises `InvalidArgument` if it is not a JSON object."""
        if not self.body:
            return call.body
        body: dict[str, msgspec.Raw] | None = {}
        if isinstance(call.body, FileBody):
            body = None
        elif call.body is not None:
            try:
                body = msgspec.json.decode(call.body, type=dict[str, msgspec.Raw])
            except msgspec.DecodeError:
                body = None
        if body is None or not _is_json(call.content_type):
            raise InvalidArgument(f"extra_body needs a body that is a JSON object, and {call.bucket} has another")
        return msgspec.json.encode({**body, **plain(self.body, "extra_body")})


def _is_json(content_type: str) -> bool:
    """Whether a media type is JSON or based on it: `application/vnd.api+json`, `application/x-acme-json-1.1`."""
    kind = content_type.partition(";")[0].strip().lower()
    return "json" in re.split(r"[/+.-]", kind)
