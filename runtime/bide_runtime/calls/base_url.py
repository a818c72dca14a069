"""The base URL of a client, made from the variables in that of the spec. Sends nothing."""

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
    """A part of the base URL that the user of a client sets."""

    name: str
    """The name of the client's argument, which is in braces in the base URL."""
    env: str = ""
    """The environment variable that is read if the argument is not passed."""
    default: str = ""
    values: tuple[str, ...] = ()
    """The values that it may have; empty: any."""


def values_of(title: str, variables: tuple[Variable, ...], given: Mapping[str, str | None]) -> dict[str, str]:
    """The value of each variable: what was passed, that of the environment, or the default.

    Raises `ConfigurationError` if there is none, or if it is not one of the values of the spec.
    """
    return {variable.name: _value(title, variable, given.get(variable.name)) for variable in variables}


def _value(title: str, variable: Variable, passed: str | None) -> str:
    found = passed
    if found is None and variable.env:
        found = os.environ.get(variable.env) or None
    if found is None:
        found = variable.default or None
    if found is None:
        ways = [f"pass {variable.name}=..."]
        ways += [f"set the environment variable {variable.env}"] if variable.env else []
        raise ConfigurationError(f"{title} needs {variable.name}: {', '.join(ways)}, or pass base_url=...")
    if not isinstance(found, str):
        raise ConfigurationError(f"{variable.name} must be text, not {type(found).__name__}")
    if variable.values and found not in variable.values:
        known = ", ".join(map(repr, variable.values))
        raise ConfigurationError(f"{variable.name} must be one of {known}, not {found!r:.80}; or pass base_url=...")
    return str.__str__(found)


def filled(template: str, values: Mapping[str, str]) -> str:
    """The base URL of the spec with these values in it.

    Raises `ConfigurationError` for a value with characters that would change the host or the path.
    """
    scheme, _, rest = template.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{_filled(host, values, _LABEL)}{slash}{_filled(path, values, _SEGMENT)}"


def _filled(text: str, values: Mapping[str, str], allowed: re.Pattern[str]) -> str:
    for name in _NAME.findall(text):
        if allowed.fullmatch(values[name]) is None:
            what = "letters, digits and hyphens" if allowed is _LABEL else "letters, digits and any of - . _ ~"
            raise ConfigurationError(
                f"{name} is {values[name]!r:.80}, but it is a part of the base URL and can have only {what};"
                " for another host, pass base_url=..."
            )
    return _NAME.sub(lambda match: values[match[1]], text)
