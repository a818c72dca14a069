"""same-secret: each secret has a place and a name of its own.

Why: a client takes each as an argument, and a request has one header of a name.

    auth: [{header: X-App, env: A}, {header: X-Key, env: B}]                          # refused: both are `api_key`
    auth: [{header: X-App, env: A, name: app_id}, {header: X-Key, env: B}]            # fine
    auth: [{bearer: true, env: A}, {basic: password, env: B}]                         # refused: one Authorization
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json

_CLIENT_ARGUMENTS = frozenset(
    [
        "base_url",
        "timeout",
        "max_retries",
        "transport",
        "clock",
        "observer",
        "max_rate",
        "jitter",
        "new_key",
        "secrets",
        "self",
    ]
)


def check(spec: Spec) -> Iterator[Diagnostic]:
    places: dict[str, str] = {}
    names: set[str] = set()
    for path, secret in spec.secrets():
        name = _name(secret)
        taken = next((places[place] for place in _places(secret) if place in places), None)
        if taken is not None:
            yield spec.at_value(path, "same-secret", f'the place of this one is taken by "{taken}"')
        if name in _CLIENT_ARGUMENTS:
            yield spec.at_value(path, "same-secret", f'every client has an argument "{name}" of its own', _RENAME)
        elif name in names:
            yield spec.at_value(path, "same-secret", f'there is a secret "{name}" already', _RENAME)
        names.add(name)
        places |= dict.fromkeys(_places(secret), name)


_RENAME = 'give it another: {..., name: "..."}'


def _places(secret: Json) -> list[str]:
    """What nobody else may have. User name and password share a header, and nothing else does."""
    match secret.get("basic"):
        case "both":
            return ["username", "password", "header authorization"]
        case "username" | "password" as part:
            return [part]
    if "query" in secret:
        return [f"query {secret['query']}"]
    header = f"header {secret.get('header', 'Authorization').lower()}"
    return [header, *(["username", "password"] if header == "header authorization" else [])]


def _name(secret: Json) -> str:
    """What the client calls it."""
    usual = secret.get("basic", "api_key")
    return str(secret.get("name", "api_key" if usual == "both" else usual))
