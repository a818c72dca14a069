"""An API as its OpenAPI document describes it: 2.0, 3.0, 3.1 and 3.2 in one form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bide.importer.documents.reading import Json, Unreadable
from bide.importer.documents.references import References
from bide.importer.recording.document import Recording

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\b|\*/\*|text/json\b", re.IGNORECASE)
_PARAMETER = re.compile(r"<([^<>/]+)>")


@dataclass(slots=True)
class Parameter:
    """A parameter of a request."""

    name: str
    place: str
    """`path`, `query`, `header` or `cookie`."""
    required: bool
    schema: Json
    description: str = ""
    explode: bool = True
    style: str = ""


@dataclass(slots=True)
class Reply:
    """The reply with one HTTP status."""

    status: int | None
    """`None`: all others."""
    schema: Json = None
    """`None`: the document says nothing of a body."""
    media: str = ""
    headers: Mapping[str, Json] = field(default_factory=dict)
    links: Mapping[str, Json] = field(default_factory=dict)
    description: str = ""
    examples: tuple[Json, ...] = ()

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True, eq=False)
class Operation:
    """A method of a path."""

    method: str
    path: str
    id: str
    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: list[Parameter]
    body: Json
    """The schema of the body; `None`: it has none."""
    media: str
    body_required: bool
    replies: list[Reply]
    raw: Mapping[str, Json]
    deprecated: bool
    query: dict[str, str] = field(default_factory=dict)
    """Constants that the document writes into the path."""
    body_examples: tuple[Json, ...] = ()

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def text(self) -> str:
        """All that the document says of it in words."""
        said = [self.id, self.summary, self.description, *(reply.description for reply in self.replies)]
        return " ".join(filter(None, said))

    @property
    def successes(self) -> list[Reply]:
        """The replies of success, those with a body first."""
        found = [reply for reply in self.replies if reply.is_success]
        if not found:
            found = [reply for reply in self.replies if reply.status is None]
        return sorted(found, key=lambda reply: (reply.schema is None, reply.status or 0))

    @property
    def statuses(self) -> set[int]:
        return {reply.status for reply in self.replies if reply.status is not None}

    @property
    def segments(self) -> list[str]:
        """The parts of the path."""
        return [part for part in self.path.split("/") if part]


@dataclass(slots=True)
class Api:
    """A whole document."""

    title: str
    description: str
    version: str
    base_url: str
    """Empty if the document has none."""
    docs: str
    operations: list[Operation]
    security: Mapping[str, Json]
    required: Json
    """The security that operations need if they say nothing."""
    references: References
    openapi: str
    servers: Json = None
    """Of the document."""
    webhooks: tuple[str, ...] = ()
    """Their names."""
    recording: Recording | None = None
    """What it was seen in; `None`: a document describes it."""

    def schema(self, value: Json) -> Json:
        """A schema without a reference at its top."""
        return self.references.followed(value)


def api_of(document: Json, path: Path | None = None) -> Api:
    """The API of a document. Raises `Unreadable` if it is none of OpenAPI."""
    version = str(document.get("openapi") or document.get("swagger") or "")
    if not re.match(r"(2\.0|3\.[0-2])\b", version) or not isinstance(document.get("paths"), Mapping):
        what = f"OpenAPI {version}" if version else "a document without `openapi` or `swagger`"
        raise Unreadable(f"this is {what}; OpenAPI 2.0, 3.0, 3.1 and 3.2 with `paths` can be imported")
    references = References(document, path)
    info = _mapping(document.get("info"))
    is_old = version.startswith("2")
    components = _mapping(document.get("components"))
    return Api(
        title=_text(info.get("title")),
        description=_text(info.get("description")) or _text(info.get("summary")),
        version=_text(info.get("version")),
        base_url=_old_base(document) if is_old else _base(document),
        docs=_text(_mapping(document.get("externalDocs")).get("url")),
        operations=list(_operations(document, references, is_old=is_old)),
        security=_mapping(document.get("securityDefinitions") if is_old else components.get("securitySchemes")),
        required=document.get("security"),
        references=references,
        openapi=version,
        servers=None if is_old else document.get("servers"),
        webhooks=tuple(map(str, _mapping(document.get("webhooks") or document.get("x-webhooks")))),
    )


def _operations(document: Json, references: References, *, is_old: bool) -> Iterator[Operation]:
    for raw_path, item in document["paths"].items():
        item = _mapping(references.followed(item))
        shared = item.get("parameters", [])
        for method in METHODS:
            raw = references.followed(item.get(method))
            if isinstance(raw, Mapping):
                yield _operation(document, references, str(raw_path), method, raw, shared, is_old=is_old)


def _operation(
    document: Json,
    references: References,
    raw_path: str,
    method: str,
    raw: Mapping[str, Json],
    shared: Json,
    *,
    is_old: bool,
) -> Operation:
    path, _, constants = raw_path.partition("?")
    path = _PARAMETER.sub(r"{\1}", path.partition("#")[0])
    given = [*(shared if isinstance(shared, list) else []), *_list(raw.get("parameters"))]
    found = {(each.get("in"), each.get("name")): each for one in given if (each := _mapping(references.followed(one)))}
    parameters, body, media, required = [], None, "", False
    forms: dict[str, Json] = {}
    for place, name in found:
        each = found[place, name]
        if place == "body":
            body, required = each.get("schema", {}), bool(each.get("required"))
            media = "application/json"
        elif place == "formData":
            forms[str(name)] = each
        elif isinstance(name, str) and place in ("path", "query", "header", "cookie"):
            parameters.append(_parameter(each, is_old=is_old))
    if forms:
        body, required = _form(forms), True
        is_multipart = any(each.get("type") == "file" for each in forms.values())
        consumes = _list(raw.get("consumes")) or _list(document.get("consumes"))
        media = (
            "multipart/form-data"
            if is_multipart or "multipart/form-data" in consumes
            else "application/x-www-form-urlencoded"
        )
    examples: tuple[Json, ...] = ()
    if not is_old and (request := _mapping(references.followed(raw.get("requestBody")))):
        body, media, examples = _content(references, request.get("content"))
        required = bool(request.get("required"))
    declared = set(re.findall(r"\{([^{}]+)\}", path))
    for name in declared - {each.name for each in parameters if each.place == "path"}:
        parameters.append(Parameter(name=name, place="path", required=True, schema={"type": "string"}))
    return Operation(
        method=method,
        path=path,
        id=_text(raw.get("operationId")),
        summary=_text(raw.get("summary")),
        description=_text(raw.get("description")),
        tags=tuple(map(str, _list(raw.get("tags")))),
        parameters=[each for each in parameters if each.place != "path" or each.name in declared],
        body=body,
        media=media,
        body_required=required,
        replies=list(_replies(references, raw.get("responses"), is_old=is_old)),
        raw=raw,
        deprecated=bool(raw.get("deprecated")),
        query=dict(part.partition("=")[::2] for part in constants.split("&") if part),
        body_examples=examples,
    )


def _parameter(raw: Mapping[str, Json], *, is_old: bool) -> Parameter:
    schema = raw.get("schema")
    if schema is None and not is_old:
        content = _mapping(raw.get("content"))
        schema = _mapping(next(iter(content.values()), {})).get("schema")
    if schema is None:
        keep = ("type", "format", "items", "enum", "default", "minimum", "maximum", "pattern", "minLength", "maxLength")
        schema = {key: raw[key] for key in keep if key in raw}
    is_joined = raw.get("collectionFormat", "csv") == "csv" and schema.get("type") == "array" if is_old else False
    return Parameter(
        name=str(raw["name"]),
        place=str(raw["in"]),
        required=bool(raw.get("required")) or raw["in"] == "path",
        schema=schema,
        description=_text(raw.get("description")),
        explode=bool(raw.get("explode", not is_joined)),
        style=_text(raw.get("style")),
    )


def _form(forms: Mapping[str, Json]) -> Json:
    """The fields of a form of OpenAPI 2.0 as a schema."""
    fields = {}
    for name, each in forms.items():
        schema = {key: value for key, value in each.items() if key not in ("name", "in", "required")}
        fields[name] = {**schema, "type": "string", "format": "binary"} if each.get("type") == "file" else schema
    return {"type": "object", "properties": fields, "required": [name for name in forms if forms[name].get("required")]}


def _replies(references: References, raw: Json, *, is_old: bool) -> Iterator[Reply]:
    for code, each in _mapping(raw).items():
        reply = _mapping(references.followed(each))
        text = str(code)
        status = int(text) if text.isdecimal() else 200 if text.upper() == "2XX" else None
        if status is None and text != "default":
            continue
        if is_old:
            schema = reply.get("schema")
            examples = tuple(_mapping(reply.get("examples")).values())
            media = "application/json" if schema is not None else ""
            if isinstance(schema, Mapping) and schema.get("type") == "file":
                media = "application/octet-stream"
        else:
            schema, media, examples = _content(references, reply.get("content"))
        yield Reply(
            status=status,
            schema=schema,
            media=media,
            headers=_mapping(reply.get("headers")),
            links=_mapping(reply.get("links")),
            description=_text(reply.get("description")),
            examples=examples,
        )


def _content(references: References, raw: Json) -> tuple[Json, str, tuple[Json, ...]]:
    """The schema, the media type and the examples of a body: JSON if there is that, else the first."""
    content = _mapping(raw)
    if not content:
        return None, "", ()
    order = sorted(content, key=lambda media: (not _JSON.match(str(media)), not str(media).startswith("multipart/")))
    media = order[0]
    chosen = _mapping(references.followed(content[media]))
    schema = chosen.get("schema", chosen.get("itemSchema"))
    examples = [chosen["example"]] if "example" in chosen else []
    for each in _mapping(chosen.get("examples")).values():
        examples += [found["value"]] if "value" in (found := _mapping(references.followed(each))) else []
    return ({} if schema is None else schema), str(media).partition(";")[0].strip(), tuple(examples)


def _base(document: Json) -> str:
    for server in _list(document.get("servers")):
        url = _text(_mapping(server).get("url"))
        for name, each in _mapping(_mapping(server).get("variables")).items():
            url = url.replace(f"{{{name}}}", str(_mapping(each).get("default", name)))
        if urlsplit(url).scheme in ("http", "https"):
            return url.rstrip("/")
    return ""


def _old_base(document: Json) -> str:
    host = _text(document.get("host"))
    schemes = _list(document.get("schemes")) or ["https"]
    scheme = "https" if "https" in schemes else str(schemes[0])
    return (
        f"{scheme}://{host}{_text(document.get('basePath')).rstrip('/')}"
        if host and scheme in ("http", "https")
        else ""
    )


def is_json(media: str) -> bool:
    """Whether a media type is JSON."""
    return not media or _JSON.match(media) is not None


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _text(value: Json) -> str:
    return value.strip() if isinstance(value, str) else ""
