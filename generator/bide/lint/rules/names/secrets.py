"""same-secret: each secret of a request has its own place in it and its own argument.

Why: a client takes each secret as an argument, and a request has one header of each name.

    auth: [{header: X-App, env: A}, {header: X-Key, env: B}]                          # refused: both are `api_key`
    auth: [{header: X-App, env: A, name: app_id}, {header: X-Key, env: B}]            # fine
    auth: [{bearer: true, env: A}, {basic: password, env: B}]                         # refused: both are Authorization
    auth: {one_of: [{bearer: true, env: A}, {basic: password, env: B, name: password}]}     # fine: a request has one

There is at most one `one_of`, and at most one secret for OAuth.
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path

CLIENT_ARGUMENTS = frozenset(
    [
        "base_url",
        "timeout",
        "max_retries",
        "transport",
        "clock",
        "observer",
        "trace",
        "max_rate",
        "jitter",
        "new_key",
        "token_url",
        "webhook_secret",
        "secrets",
        "variables",
        "self",
    ]
)


def check(spec: Spec) -> Iterator[Diagnostic]:
    places: dict[str, list[str]] = {}
    names: set[str] = set()
    named = [[raw] if isinstance(raw, str) else raw for each in spec.endpoints if (raw := each.raw.get("auth"))]
    by_some = {name for group in named for name in group}
    ways = [(way, name_of(secret)) for way, _, secret in spec.secrets_in_ways()]
    always = {name for way, name in ways if not way} - by_some
    together = [{*always, *(name for each, name in ways if each == way != 0)} for way in {0, *(way for way, _ in ways)}]
    groups = [*together, *map(set, named)]
    yield from _of_ways(spec)
    for path, secret in spec.secrets():
        yield from _of_oauth(spec, path, secret)
        if "oauth" in secret and {"client_id", "client_secret"} & names:
            yield spec.at_value(path, "same-secret", "the arguments client_id and client_secret are taken", _RENAME)
        names |= {"client_id", "client_secret"} if "oauth" in secret else set()
        name = name_of(secret)
        others = [other for place in _places(secret) for other in places.get(place, ())]
        taken = next((each for each in others if any({each, name} <= group for group in groups)), None)
        if taken is not None:
            yield spec.at_value(path, "same-secret", f'the secret "{taken}" is already sent in this place')
        if name in CLIENT_ARGUMENTS:
            yield spec.at_value(path, "same-secret", f'every client already has an argument "{name}"', _RENAME)
        elif name in names:
            yield spec.at_value(path, "same-secret", f'another secret is already called "{name}"', _RENAME)
        names.add(name)
        for place in _places(secret):
            places.setdefault(place, []).append(name)


def _of_ways(spec: Spec) -> Iterator[Diagnostic]:
    """What keeps `one_of` from being a choice."""
    places = dict.fromkeys(path[: path.index("one_of")] for path, _ in spec.secrets() if "one_of" in path)
    for place in list(places)[1:]:
        message = 'there is a "one_of" before this one'
        yield spec.at_value(place, "same-secret", message, "put all ways into one of them")
    oauth = [path for path, secret in spec.secrets() if "oauth" in secret]
    for place in oauth[1:]:
        yield spec.at_value(place, "same-secret", "only one secret can be for OAuth")


def _of_oauth(spec: Spec, path: Path, secret: Json) -> Iterator[Diagnostic]:
    """The keys that differ between OAuth and a key."""
    if "oauth" in secret and "name" in secret:
        message = '"name" has no effect: the arguments for OAuth are client_id and client_secret'
        yield spec.at_key((*path, "name"), "no-effect", message, "remove it")
    if ("oauth" in secret) != isinstance(secret["env"], dict):
        message = '"env" must be a mapping for OAuth, and text for any other secret'
        help_ = "write {client_id: ACME_CLIENT_ID, client_secret: ACME_CLIENT_SECRET}, or ACME_API_KEY"
        yield spec.at_value((*path, "env"), "bad-type", message, help_)


_RENAME = "add a name, as in {header: X-App, env: APP_ID, name: app_id}"


def _places(secret: Json) -> list[str]:
    """The places that no other secret may use. User name and password share a header."""
    match secret.get("basic"):
        case "both":
            return ["username", "password", "header authorization"]
        case "username" | "password" as part:
            return [part]
    if "query" in secret:
        return [f"query {secret['query']}"]
    header = f"header {secret.get('header', 'Authorization').lower()}"
    return [header, *(["username", "password"] if header == "header authorization" else [])]


def name_of(secret: Json) -> str:
    """The argument of the client."""
    usual = "oauth" if "oauth" in secret else secret.get("basic", "api_key")
    return str(secret.get("name", "api_key" if usual == "both" else usual))
