"""bad-base-url: each `{name}` in `base_url` or `token_url` is one of `variables`, and each of these is in a URL.

Why: each one becomes an argument of the client, and a part of the URL.

    base_url: https://{resource}.acme.example/{region}/v1
    variables:
      resource: {env: ACME_RESOURCE, description: The name of your resource.}
      region: {default: eu, values: {eu: In Europe., us: In America.}}

A variable is a part of a host or of a path, and no other: values for a host have letters, digits and hyphens. Its name
is not that of another argument of the client, and its default is one of its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bide.lint.rules.names.secrets import CLIENT_ARGUMENTS, name_of
from bide.lint.spec import Spec
from bide.spec import names
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path
from bide.spec.hints import did_you_mean

_NAME = re.compile(r"\{([a-z0-9_]+)\}")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")


def check(spec: Spec) -> Iterator[Diagnostic]:
    variables = spec.document.data.get("variables", {})
    urls: dict[Path, str] = {("base_url",): spec.document.data["base_url"]}
    urls |= {
        (*path, "oauth", "token_url"): secret["oauth"]["token_url"]
        for path, secret in spec.secrets()
        if "oauth" in secret
    }
    parts = [url.partition("://")[2].partition("/") for url in urls.values()]
    host, path = " ".join(part[0] for part in parts), " ".join(part[2] for part in parts)
    used = _NAME.findall(" ".join(urls.values()))
    for place, url in urls.items():
        for name in dict.fromkeys(_NAME.findall(url)):
            if name not in variables:
                help_ = did_you_mean(name, variables) or f"add variables: {{{name}: {{description: ...}}}}"
                yield spec.at_value(place, "bad-base-url", f"{{{name}}} is not declared", help_)
    taken = {*CLIENT_ARGUMENTS, *(name_of(secret) for _, secret in spec.secrets())}
    for name, raw in variables.items():
        at: Path = ("variables", name)
        if name not in used:
            where = " and not in token_url" if len(urls) > 1 else ""
            yield spec.at_key(at, "bad-base-url", f"{{{name}}} is not in base_url{where}", did_you_mean(name, used))
        if name in taken:
            message = f'the client already has an argument "{name}"'
            yield spec.at_key(at, "bad-base-url", message, "choose another name")
        try:
            names.identifier(name)
        except names.BadName as bad:
            yield spec.at_key(at, "bad-base-url", str(bad), "choose another name")
        yield from _values(spec, at, raw, is_in_host=f"{{{name}}}" in host, is_in_path=f"{{{name}}}" in path)


def _values(spec: Spec, at: Path, raw: Json, *, is_in_host: bool, is_in_path: bool) -> Iterator[Diagnostic]:
    values = raw.get("values", {})
    places: list[tuple[Path, str]] = [((*at, "values", value), value) for value in values]
    places += [((*at, "default"), raw["default"])] if "default" in raw else []
    for place, value in places:
        show = spec.at_value if place[-1] == "default" else spec.at_key
        if is_in_host and _LABEL.fullmatch(value) is None:
            message = f'"{value}" cannot be a part of a host: it needs letters, digits and hyphens'
            yield show(place, "bad-base-url", message)
        elif is_in_path and value in (".", ".."):
            yield show(place, "bad-base-url", f'"{value}" would change the path')
    if "default" in raw and values and raw["default"] not in values:
        message = f'"{raw["default"]}" is not one of the values'
        yield spec.at_value((*at, "default"), "bad-base-url", message, did_you_mean(raw["default"], values))
