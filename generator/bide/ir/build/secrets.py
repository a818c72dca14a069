"""Build the secrets of a provider from its `auth`."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from bide import ir
from bide.ir.build.endpoints import OAUTH_ARGUMENTS, secret_argument
from bide.ir.notation import secrets_in
from bide.spec.document import Json


def build_secrets(raw: Json, named: Container[str]) -> tuple[ir.Secret, ...]:
    """The secrets of an `auth`. *named* are the arguments of those that requests name."""
    return tuple(
        replace(secret, way=way, is_usual=secret.argument not in named)
        for way, _, each in secrets_in(raw)
        for secret in _secrets(each)
    )


def build_oauth(raw: Json) -> ir.OAuth | None:
    """Where access tokens come from; `None` if no secret of an `auth` is for OAuth."""
    found = next((each["oauth"] for _, _, each in secrets_in(raw) if "oauth" in each), None)
    if found is None:
        return None
    return ir.OAuth(
        token_url=found["token_url"],
        scopes=tuple(found.get("scopes", ())),
        audience=found.get("audience", ""),
        in_body=found.get("credentials") == "body",
    )


def _secrets(raw: Mapping[str, Json]) -> list[ir.Secret]:
    if "oauth" in raw:
        return [ir.Secret(scheme="oauth", name=name, env=raw["env"][name], argument=name) for name in OAUTH_ARGUMENTS]
    return [_secret(raw)]


def _secret(raw: Mapping[str, Json]) -> ir.Secret:
    argument = secret_argument(raw["name"]) if "name" in raw else "api_key"
    match raw:
        case {"header": str(name)}:
            return ir.Secret(
                scheme="header", name=name, prefix=raw.get("prefix", ""), env=raw["env"], argument=argument
            )
        case {"query": str(name)}:
            return ir.Secret(scheme="query", name=name, env=raw["env"], argument=argument)
        case {"basic": str(name)}:
            usual = argument if "name" in raw or name == "both" else name
            return ir.Secret(scheme="basic", name=name, env=raw["env"], argument=usual)
        case _:
            return ir.Secret(scheme="header", name="Authorization", prefix="Bearer", env=raw["env"], argument=argument)
