"""Draft the head of a spec: the provider's name, addresses, secrets and shapes of errors."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bide.importer.documents.openapi import Api, is_json
from bide.importer.documents.reading import Json
from bide.importer.drafting.context import Context
from bide.importer.looking import Lens
from bide.importer.pairs import mapping_of
from bide.importer.parts.failures import of_body
from bide.importer.parts.security import security_of
from bide.importer.parts.servers import server_of
from bide.importer.types import described

_MOST_OPERATIONS = 400
"""So many are searched for shapes of errors."""
_MOST_SHAPES = 4


def head_of(context: Context, name: str, title: str, class_: str) -> dict[str, Json]:
    """The keys of a spec before its jobs."""
    api, draft = context.api, context.draft
    head: dict[str, Json] = {"bide": 1, "name": name, "title": described(title)[:100] or name, "class": class_}
    head["description"] = described(api.description) or f"The API of {head['title']}."
    head["docs"] = api.docs if re.fullmatch(r"https?://[\w.~:/?#@!$&'()*+,;=%-]+", api.docs) else ""
    if not head["docs"]:
        head["docs"] = _site(api.base_url) or "https://example.com/docs"
        draft.ask(("docs",), "the address of the provider's documentation; the document has none")
    head["base_url"] = api.base_url
    if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?", api.base_url):
        head["base_url"] = "https://api.example.com"
        draft.ask(("base_url",), "the base URL; the document has none that can be used")
    elif (server := server_of(api.servers, _texts_of_variables(api))) is not None:
        head["base_url"] = server.url
        head |= {"variables": server.variables} if server.variables else {}
        draft.left_out += server.left_out
    security = security_of(api, name.upper())
    for text in security.asked:
        draft.ask(("auth",), text)
    draft.left_out += security.left_out
    if security.auth is not None:
        head["auth"] = security.auth
        context.requests.key_headers = security.headers
    elif not security.left_out:
        draft.ask(("base_url",), "how requests are authenticated; the document does not say")
    if errors := _errors(api, context.lens):
        head["errors"] = errors
    return head


def _texts_of_variables(api: Api) -> dict[str, str]:
    """The descriptions of the variables of servers."""
    servers = api.servers if isinstance(api.servers, list) else []
    return {
        str(name): described(str(mapping_of(each).get("description", "")))
        for server in servers
        for name, each in mapping_of(mapping_of(server).get("variables")).items()
    }


def _errors(api: Api, lens: Lens) -> list[Json]:
    """The shapes of error bodies, of replies from 400 on."""
    replies = [reply for operation in api.operations[:_MOST_OPERATIONS] for reply in operation.replies]
    errors = [each for each in replies if each.status is None or each.status >= 400]
    looks = [lens.look(each.schema) for each in errors if each.schema is not None and is_json(each.media)]
    shapes = dict.fromkeys(found for look in looks if (found := of_body(lens, look)) is not None)
    return [
        {"name": f"error_{number}" if number > 1 else "error", **({"code": code} if code else {}), "message": message}
        for number, (message, code) in enumerate(list(shapes)[:_MOST_SHAPES], 1)
    ]


def _site(url: str) -> str:
    parts = urlsplit(url)
    is_plain = parts.scheme in ("http", "https") and re.fullmatch(r"[\w.:-]+", parts.netloc)
    return f"{parts.scheme}://{parts.netloc}" if is_plain else ""
