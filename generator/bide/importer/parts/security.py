"""The secrets of a document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bide.importer.documents.openapi import Api
from bide.importer.documents.reading import Json
from bide.lint.rules.names.secrets import CLIENT_ARGUMENTS
from bide.spec import names

_MOST = 8
"""The most secrets of which one is enough."""


@dataclass(slots=True)
class Security:
    """The `auth` of a spec, with what has to be asked, and what is left out."""

    auth: Json = None
    asked: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    @property
    def headers(self) -> set[str]:
        """The headers that have a secret, in lower case."""
        return {str(each["header"]).lower() for each in _flat(self.auth) if "header" in each}


def security_of(api: Api, base: str) -> Security:
    """The secrets of an API. *base* is the beginning of the names of environment variables."""
    found = Security()
    ways: list[list[dict[str, Json]]] = []
    told = usual_of(api)
    wanted = told or [[name] for name in api.security]
    for names_ in wanted:
        if not names_:
            if len(wanted) > 1:
                found.left_out.append(("security {}", "a client always has a secret; some requests need none"))
            continue
        parts = [_secrets(api, name, found) for name in names_]
        if not all(parts):
            bad = next(name for name, part in zip(names_, parts, strict=True) if not part)
            found.left_out.append((f"security {' and '.join(names_)}", f"a spec cannot say {bad}"))
            continue
        flat = [each for part in parts for each in part]
        if [_sent(each) for each in flat] not in [[_sent(each) for each in way] for way in ways]:
            ways.append(flat)
        if not told and ways:
            break  # the document does not say which; the first that can be said
    if ways[_MOST:]:
        found.left_out.append(("security", f"only the first {_MOST} of {len(ways)} ways"))
    ways = ways[:_MOST]
    _name(ways, base)
    always, ways = _shared(ways)
    chosen: list[Json] = [{"one_of": [way[0] if len(way) == 1 else way for way in ways]}] if ways else []
    parts = chosen + list(always)
    if parts:
        found.auth = parts[0] if len(parts) == 1 else parts
    return found


def _shared(ways: list[list[dict[str, Json]]]) -> tuple[list[dict[str, Json]], list[list[dict[str, Json]]]]:
    """The secrets that all ways need, and what each needs besides; no ways if one needs nothing more."""
    always = [each for each in (ways[0] if ways else []) if all(each in way for way in ways)]
    rest = [[each for each in way if each not in always] for way in ways]
    return always, rest if all(rest) else []


def usual_of(api: Api) -> list[list[str]]:
    """The schemes of each way that most requests may be authenticated in; empty if the document does not say."""
    given = [each.raw.get("security", api.required) for each in api.operations]
    usable = [each for each in given if isinstance(each, list) and any(each)]
    counts = Counter(map(repr, usable))
    if not counts:
        usable, counts = [api.required], Counter({repr(api.required): 1})
    usual = counts.most_common(1)[0][0]
    chosen = next(each for each in usable if repr(each) == usual)
    ways = [each for each in chosen if isinstance(each, Mapping)] if isinstance(chosen, list) else []
    return [sorted(map(str, each)) for each in ways]


def _secrets(api: Api, name: str, found: Security) -> list[dict[str, Json]]:
    """The secrets of a scheme, as a spec says them; empty if it cannot."""
    scheme = api.references.followed(api.security.get(name))
    if not isinstance(scheme, Mapping):
        return []
    kind, where = str(scheme.get("type", "")).lower(), str(scheme.get("in", ""))
    header, of = str(scheme.get("name", "")), {"scheme": name}
    if kind == "apikey" and where == "header" and re.fullmatch(r"[A-Za-z0-9-]+", header):
        is_bearer = header.lower() == "authorization" and "bearer" in str(scheme.get("description", "")).lower()
        return [{"bearer": True, **of}] if is_bearer else [{"header": header, **of}]
    if kind == "apikey" and where == "query" and re.fullmatch(r"[A-Za-z0-9._~-]+", header):
        return [{"query": header, **of}]
    if kind == "basic" or (kind == "http" and str(scheme.get("scheme", "")).lower() == "basic"):
        return [{"basic": "username"}, {"basic": "password"}]
    if kind == "http" or kind in ("oauth2", "openidconnect"):
        if kind != "http":
            found.asked.append(f"{name} is {kind}; this sends a token that you have got elsewhere")
        return [{"bearer": True, **of}]
    return []


def _sent(secret: Mapping[str, Json]) -> tuple[str, str]:
    """How a secret is sent."""
    kind = next(key for key in ("header", "bearer", "query", "basic") if key in secret)
    return kind, str(secret[kind]).lower()


def _name(ways: list[list[dict[str, Json]]], base: str) -> None:
    """Give each secret its name and its environment variable; the same secret in two ways has the same."""
    named: dict[tuple[str, str], dict[str, Json]] = {}
    taken = {*CLIENT_ARGUMENTS, "api_key", "username", "password"}
    for way in ways:
        for secret in way:
            scheme, sent = str(secret.pop("scheme", "")), _sent(secret)
            if "basic" in secret:
                secret["env"] = f"{base}_{str(secret['basic']).upper()}"
                continue
            if sent not in named:
                named[sent] = {"env": f"{base}_API_KEY"} if not named else _own_name(scheme, base, taken)
            secret |= named[sent]


def _own_name(scheme: str, base: str, taken: set[str]) -> dict[str, Json]:
    plain = "_".join(names.words(scheme)).lower()
    try:
        plain = names.identifier(plain) if re.fullmatch(r"[a-z][a-z0-9_]*", plain) else "key"
    except names.BadName:
        plain = "key"
    name = next(each for each in (plain, *(f"{plain}_{number}" for number in range(2, 50))) if each not in taken)
    taken.add(name)
    return {"env": f"{base}_{name.upper()}", "name": name}


def _flat(auth: Json) -> Iterator[Mapping[str, Json]]:
    if isinstance(auth, list):
        for each in auth:
            yield from _flat(each)
    elif isinstance(auth, Mapping):
        yield from _flat(auth["one_of"]) if "one_of" in auth else [auth]
