"""How requests are authorized, as OpenAPI says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bide.ir import Endpoint, Json, Provider, Secret


def schemes(provider: Provider) -> dict[str, Json]:
    """The security schemes, by name."""
    return {_name(secret): _scheme(secret, provider) for secret in provider.auth}


def usual(provider: Provider) -> list[Json]:
    """What usual requests need: one of these."""
    ways = sorted({secret.way for secret in provider.auth if secret.way})
    always = [secret for secret in provider.auth if not secret.way and secret.is_usual]
    if not ways:
        return _needs([always]) if always else []
    return _needs([*always, *(secret for secret in provider.auth if secret.way == way)] for way in ways)


def of(endpoint: Endpoint, provider: Provider) -> dict[str, Json]:
    """What one request needs, if that is not the usual."""
    if endpoint.auth is None:
        return {}
    named = [secret for secret in provider.auth if secret.argument in endpoint.auth]
    return {"security": _needs([named]) if named else []}


def _needs(ways: Iterable[list[Secret]]) -> list[Json]:
    return [{name: [] for name in dict.fromkeys(map(_name, secrets))} for secrets in ways]


def _name(secret: Secret) -> str:
    return secret.scheme if secret.scheme in ("basic", "oauth") else secret.argument


def _scheme(secret: Secret, provider: Provider) -> Json:
    about = {"description": f"From the environment variable {secret.env}."}
    match secret.scheme:
        case "basic":
            return {"type": "http", "scheme": "basic"}
        case "oauth":
            assert provider.oauth is not None
            scopes = dict(_scopes(provider.oauth.scopes))
            return {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": provider.oauth.token_url, "scopes": scopes}},
            }
        case "query":
            return {"type": "apiKey", "in": "query", "name": secret.name, **about}
    if secret.name.lower() == "authorization" and secret.prefix.lower() == "bearer":
        return {"type": "http", "scheme": "bearer", **about}
    if secret.prefix:
        about["description"] += f" The key comes after the word {secret.prefix}."
    return {"type": "apiKey", "in": "header", "name": secret.name, **about}


def _scopes(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    yield from ((name, "") for name in names)
