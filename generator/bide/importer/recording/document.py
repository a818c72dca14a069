"""The OpenAPI document of a recording: its endpoints, and where the ids of one come from another's replies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from bide.importer.documents.reading import Json, Unreadable
from bide.importer.recording.exchanges import Exchange, exchanges_of
from bide.importer.recording.paths import Seen, Told, seen
from bide.importer.recording.schemas import Observed, texts
from bide.importer.recording.secrets import Secrets, is_credential

_VERSION_NAME = re.compile(r"^(?:x-|[a-z]+-)*(?:api-)?version$")
_VERSION = re.compile(r"v?[0-9]{1,3}(?:\.[0-9]{1,3}){0,2}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NAME = re.compile(r"[A-Za-z_$][\w.$-]{0,60}(?:\[\])?")
_ADDRESS = re.compile(r"^(?:location|operation-location|azure-asyncoperation)$")
_ASSET = re.compile(r"\.(?:js|css|map|png|svg|ico|woff2?|html?)$", re.IGNORECASE)


class Recording:
    """A recording as a document, and its secrets."""

    def __init__(self, raw: Json, only: str = "") -> None:
        """*only*: a host, a path, or both. Raises `Unreadable` if nothing is left."""
        everything = exchanges_of(raw)
        self.secrets = Secrets(everything)
        self.origin, self.exchanges = _chosen(everything, only)
        self._observed = Observed(self.secrets)
        self._endpoints = seen(self.exchanges, self.secrets)
        host = urlsplit(self.origin).hostname or ""
        self.host = "the server" if self.secrets.is_in(host) else host

    @property
    def document(self) -> Json:
        """The document."""
        paths: dict[str, Json] = {}
        for endpoint in self._endpoints:
            if any(200 <= each.status < 300 for each in endpoint.exchanges):
                paths.setdefault(endpoint.path, {})[endpoint.method] = self._operation(endpoint)
        if not paths:
            raise Unreadable(f"no request to {self.origin} was successful, so there is nothing to import")
        schemes = _schemes(self.exchanges)
        self._link(paths)
        for endpoint in self._endpoints:
            if self._is_result(endpoint):
                _link_to_result(paths[endpoint.path.rpartition("/")[0]]["get"], endpoint.path)
        return {
            "openapi": "3.1.0",
            "info": {"title": _title(self.host)},
            "servers": [{"url": self.origin}],
            "paths": paths,
            **(
                {"components": {"securitySchemes": schemes}, "security": [{name: [] for name in schemes}]}
                if schemes
                else {}
            ),
        }

    def _operation(self, endpoint: Seen) -> Json:
        made: dict[str, Json] = {"parameters": [*self._queries(endpoint), *_headers(endpoint.exchanges)]}
        good = [each for each in endpoint.exchanges if each.status < 400]
        sent = [each.sent for each in good if each.sent is not None]
        if sent:
            media = next(each.media for each in good if each.sent is not None)
            schema = self._observed.schema(sent)
            made["requestBody"] = {"required": len(sent) == len(good), "content": {media: {"schema": schema}}}
        replies: dict[str, Json] = {}
        for status in dict.fromkeys(each.status for each in endpoint.exchanges):
            mine = [each for each in endpoint.exchanges if each.status == status]
            bodies = [each.said for each in mine if each.has_json]
            reply: dict[str, Json] = {"description": ""}
            if bodies:
                content: dict[str, Json] = {"schema": self._observed.schema(bodies)}
                content["example"] = self.secrets.without(bodies[-1])
                reply["content"] = {"application/json": content}
            addresses = {mine[0].names[name] for name in mine[0].reply_headers if _ADDRESS.match(name)}
            if addresses:
                reply["headers"] = {name: {"schema": {"type": "string"}} for name in sorted(addresses)}
            replies[str(status)] = reply
        made["responses"] = replies
        return made

    def _queries(self, endpoint: Seen) -> Iterable[Json]:
        good = [each for each in endpoint.exchanges if each.status < 400]
        for name in dict.fromkeys(name for each in good for name, _ in each.query):
            values = [value for each in good for key, value in each.query if key == name]
            if not _NAME.fullmatch(name) or is_credential(name) or self.secrets.is_in(name):
                continue
            required = all(name in dict(each.query) for each in good)
            yield {"in": "query", "name": name, "required": required, "schema": texts(values)}

    def _link(self, paths: dict[str, Json]) -> None:
        """Say which replies the ids come from, and give both ends of a link the same statuses."""
        holders = {id(exchange): endpoint for endpoint in self._endpoints for exchange in endpoint.exchanges}
        for endpoint in self._endpoints:
            operation = paths.get(endpoint.path, {}).get(endpoint.method)
            for name, told in endpoint.told.items():
                holder = holders[id(told.exchange)]
                source = paths.get(holder.path, {}).get(holder.method)
                if operation is None or source is None or endpoint.method != "get" or holder.method == "get":
                    continue
                reply = source["responses"][str(told.exchange.status)]
                path = endpoint.path.replace("/", "~1")
                reply.setdefault("links", {})[f"link {len(reply.get('links', {})) + 1}"] = {
                    "operationRef": f"#/paths/{path}/get",
                    "parameters": {name: _expression(told)},
                }
                _share_statuses(reply, operation)

    def _is_result(self, endpoint: Seen) -> bool:
        """Whether a request below a poll was always made after the last poll: clients fetch results so."""
        good = [each for each in endpoint.exchanges if 200 <= each.status < 300]
        above = endpoint.path.rpartition("/")[0]
        polls = [
            each
            for other in self._endpoints
            if (other.method, other.path) == ("get", above)
            for each in other.exchanges
        ]
        if endpoint.method != "get" or not good or not above.endswith("}") or endpoint.path.endswith("}"):
            return False
        before = [each for one in good for each in polls if each.path == one.path.rpartition("/")[0]]
        last = {each.path: each.began for each in before}  # in the order of time
        return bool(last) and all(last.get(one.path.rpartition("/")[0], one.began + 1) <= one.began for one in good)


def _link_to_result(poll: Json, path: str) -> None:
    """A link from a poll to the result below it."""
    id_ = path.split("/")[-2].strip("{}")
    link = {
        "operationRef": f"#/paths/{path.replace('/', '~1')}/get",
        "parameters": {id_: f"$request.path.{id_}"},
    }
    for reply in poll["responses"].values():
        reply.setdefault("links", {})["result"] = link


def _chosen(everything: list[Exchange], only: str) -> tuple[str, list[Exchange]]:
    """The origin with most exchanges in JSON, and these."""
    host, path = _parted(only)
    found = [
        each
        for each in everything
        if (not host or host in (urlsplit(each.origin).netloc, urlsplit(each.origin).hostname))
        and each.path.startswith(path)
        and each.method in ("get", "post", "put", "patch", "delete")
        and (each.has_json or each.sent is not None or each.status in (201, 202, 204))
        and not _ASSET.search(each.path)
    ]
    if not any(each.has_json for each in found):
        what = f" of {only}" if only else ""
        hosts = ", ".join(sorted({urlsplit(each.origin).netloc for each in everything})[:8])
        raise Unreadable(f"the recording has no exchange{what} in JSON; its hosts are {hosts or 'none'}")
    counts = Counter(each.origin for each in found if each.has_json)
    origin = counts.most_common(1)[0][0]
    return origin, [each for each in found if each.origin == origin]


def _parted(only: str) -> tuple[str, str]:
    """The host and the path of `--only`."""
    if only.startswith("/") or not only:
        return "", only
    rest = only.partition("://")[2] or only
    host, slash, path = rest.partition("/")
    return (host, slash + path) if "." in host or ":" in host or host == "localhost" else ("", f"/{only}")


def _headers(exchanges: list[Exchange]) -> Iterable[Json]:
    """The headers of requests that a client has to know: a version, and keys against duplicates."""
    for name in dict.fromkeys(name for each in exchanges for name in each.headers):
        values = {each.headers.get(name) for each in exchanges}
        written = exchanges[0].names.get(name, name)
        if re.search(r"idempotency[-_]?key$", name):
            yield {"in": "header", "name": written, "schema": {"type": "string"}}
        elif _VERSION_NAME.match(name) and len(values) == 1 and _VERSION.fullmatch(value := str(*values)):
            yield {"in": "header", "name": written, "required": True, "schema": {"type": "string", "enum": [value]}}


def _schemes(exchanges: list[Exchange]) -> dict[str, Json]:
    """How requests say who they are: the place alone, never the value."""
    for each in exchanges:
        scheme = each.headers.get("authorization", "").partition(" ")[0].lower()
        if scheme in ("bearer", "basic"):
            return {scheme: {"type": "http", "scheme": scheme}}
        names = [name for name in each.headers if is_credential(name) and name not in ("cookie", "x-csrf-token")]
        usual = [name for name in names if not re.search(r"csrf|xsrf|session|request|client", name)]
        if usual and re.fullmatch(r"[a-z0-9-]{1,40}", usual[0]):
            return {"key": {"type": "apiKey", "in": "header", "name": each.names.get(usual[0], usual[0])}}
        queries = [name for name, _ in each.query if is_credential(name) and re.fullmatch(r"[A-Za-z_-]{1,30}", name)]
        if queries:
            return {"key": {"type": "apiKey", "in": "query", "name": queries[0]}}
    return {}


def _expression(told: Told) -> str:
    return f"$response.header.{told.header}" if told.header else f"$response.body#/{'/'.join(told.pointer)}"


def _share_statuses(reply: Json, operation: Json) -> None:
    """Add the statuses of a submit's reply to those of its poll: a poll may have come too late for the first."""
    for other in operation["responses"].values():
        mine, theirs = _properties(reply), _properties(other)
        for name in mine.keys() & theirs.keys():
            first, then = mine[name].get("enum"), theirs[name].get("enum")
            if first and then:
                both = list(dict.fromkeys([*first, *then]))
                mine[name]["enum"], theirs[name]["enum"] = both, list(both)


def _properties(reply: Json) -> dict[str, Json]:
    schema = reply.get("content", {}).get("application/json", {}).get("schema", {})
    found: dict[str, Json] = schema.get("properties", {})
    return found


def _title(host: str) -> str:
    """`Acme` of `api.acme.example`."""
    parts = [
        part for part in host.split(".") if part not in ("api", "www", "app", "com", "io", "ai", "dev", "net", "org")
    ]
    is_name = bool(parts) and not re.fullmatch(r"[0-9.]+|.*:.*", host)
    return parts[0].replace("-", " ").title() if is_name else "Recorded"
