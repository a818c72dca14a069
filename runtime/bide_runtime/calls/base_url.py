"""The URLs of a client, made from the variables in those of the spec. Sends nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import msgspec

from ..errors.client import ConfigurationError

_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
"""A part of a host name, between two dots."""

_SEGMENT = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~-]{1,200}")
"""A part of a path, between two slashes."""

_NAME = re.compile(r"\{(\w+)\}")


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the base URL, or of the token URL of OAuth, that the user of a client sets."""

    name: str
    """The name of the client's argument, which is in braces in the URL."""
    env: str = ""
    """The environment variable that is read if the argument is not passed."""
    default: str = ""
    values: tuple[str, ...] = ()
    """The values that it may have; empty: any."""


def url_of(
    title: str,
    template: str,
    variables: tuple[Variable, ...],
    given: Mapping[str, str | None],
    instead: str = "base_url",
) -> tuple[str, dict[str, str]]:
    """The URL of a template, and the values of the variables in it: what was passed, that of the environment, or the
    default. *instead* is the argument that takes the place of the whole URL.

    Raises `ConfigurationError` if there is no value, if it is not one of the values of the spec, or if its characters
    would change the host or the path.
    """
    names = _NAME.findall(template)
    values = {each.name: _value(title, each, given.get(each.name), instead) for each in variables if each.name in names}
    return filled(template, values, instead), values


def _value(title: str, variable: Variable, passed: str | None, instead: str) -> str:
    found = passed
    if found is None and variable.env:
        found = os.environ.get(variable.env) or None
    if found is None:
        found = variable.default or None
    if found is None:
        ways = [f"pass {variable.name}=..."]
        ways += [f"set the environment variable {variable.env}"] if variable.env else []
        raise ConfigurationError(f"{title} needs {variable.name}: {', '.join(ways)}, or pass {instead}=...")
    if not isinstance(found, str):
        raise ConfigurationError(f"{variable.name} must be text, not {type(found).__name__}")
    if variable.values and found not in variable.values:
        known = ", ".join(map(repr, variable.values))
        raise ConfigurationError(f"{variable.name} must be one of {known}, not {found!r:.80}; or pass {instead}=...")
    return str.__str__(found)


def filled(template: str, values: Mapping[str, str], instead: str = "base_url") -> str:
    """The URL of a template with these values in it. Raises `ConfigurationError` as `url_of` does."""
    scheme, _, rest = template.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{_filled(host, values, _LABEL, instead)}{slash}{_filled(path, values, _SEGMENT, instead)}"


_PARTS = {"base_url": "the base URL", "token_url": "the token URL"}


def _filled(text: str, values: Mapping[str, str], allowed: re.Pattern[str], instead: str) -> str:
    for name in _NAME.findall(text):
        if allowed.fullmatch(values[name]) is None:
            what = "letters, digits and hyphens" if allowed is _LABEL else "letters, digits and any of - . _ ~"
            raise ConfigurationError(
                f"{name} is {values[name]!r:.80}, but it is a part of {_PARTS[instead]} and can have only {what};"
                f" for another host, pass {instead}=..."
            )
    return _NAME.sub(lambda match: values[match[1]], text)
