"""The base URL of a document, with the variables that a spec can say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bide.importer.documents.reading import Json
from bide.lint.rules.names.secrets import CLIENT_ARGUMENTS
from bide.spec import names

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]{1,63}")
_PLACE = re.compile(r"\{([^{}]+)\}")


@dataclass(slots=True)
class Server:
    """A base URL."""

    url: str
    variables: dict[str, Json] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def server_of(servers: Json, described: Mapping[str, str]) -> Server | None:
    """The first server with an address of its own, with its variables. *described* are descriptions by variable."""
    usable = [each for each in servers if isinstance(each, Mapping)] if isinstance(servers, list) else []
    filled = [(each, url) for each in usable if urlsplit(url := _filled(each)).scheme in ("http", "https")]
    if not filled:
        return None
    raw, url = filled[0]
    found = Server(str(raw["url"]).strip().rstrip("/"))
    for name, each in _variables(raw).items():
        _variable(found, name, each if isinstance(each, Mapping) else {}, described.get(name, ""))
    found.left_out += list(_others(filled[1:], url))
    return found


def _filled(server: Mapping[str, Json]) -> str:
    url = server.get("url")
    text = url.strip() if isinstance(url, str) else ""
    for name, each in _variables(server).items():
        text = text.replace(f"{{{name}}}", str(each.get("default", name) if isinstance(each, Mapping) else name))
    return text


def _variables(server: Mapping[str, Json]) -> Mapping[str, Json]:
    found = server.get("variables")
    return found if isinstance(found, Mapping) else {}


def _variable(found: Server, name: str, raw: Mapping[str, Json], about: str) -> None:
    """Keep a variable if it is a part of the host or of the path, else write its default into the URL."""
    mark, default = f"{{{name}}}", str(raw.get("default", name))
    if mark not in found.url:
        return
    listed = raw.get("enum")
    values = [str(each) for each in listed] if isinstance(listed, list) else []
    host, _, path = found.url.partition("://")[2].partition("/")
    rule = _LABEL if mark in host else _SEGMENT
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    own = plain if plain not in CLIENT_ARGUMENTS else f"{plain}_of_server"
    is_part = (mark in host or mark in path) and f":{mark}" not in host
    fits = all(rule.fullmatch(each) for each in [default, *values])
    if len(set(values)) < 2 or not is_part or not fits or not _is_name(own):
        found.url = found.url.replace(mark, default)
        if len(set(values)) != 1 and (values or default not in ("", name)):
            what = f"server variable {name}"
            why = (
                f"{default} is written into the base URL; a variable with listed values can be said in a host or a path"
            )
            found.left_out.append((what, f"{why}: {', '.join(values)}" if values else why))
        return
    found.url = found.url.replace(mark, f"{{{own}}}")
    listed_ = values if default in values else [default, *values]
    texts = {each: "The default." if each == default else "Another value." for each in listed_}
    found.variables[own] = {"default": default, **({"description": about} if about else {}), "values": texts}


def _is_name(name: str) -> bool:
    try:
        return bool(re.fullmatch(r"[a-z][a-z0-9_]*", names.identifier(name)))
    except names.BadName:
        return False


def _others(filled: list[tuple[Mapping[str, Json], str]], first: str) -> Iterator[tuple[str, str]]:
    for raw, url in filled:
        if url.rstrip("/") != first.rstrip("/"):
            about = " ".join(str(raw.get("description") or "").split())[:80]
            more = f" ({about})" if about else ""
            yield f"server {url}", f"a spec has one base URL; clients take others as `base_url`{more}"
