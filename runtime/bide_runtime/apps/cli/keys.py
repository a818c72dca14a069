"""Keys: from the environment, the system's keyring if the library `keyring` is installed, or a prompt."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from ..catalog.catalog import Catalog, Secret


def secrets(catalog: Catalog, base_url: str | None) -> dict[str, str]:
    """The secrets that are not in the environment, by the client's arguments."""
    if _is_enough([each for each in catalog.secrets if os.environ.get(each.env)], catalog):
        return {}
    stored = _stored(catalog, base_url)
    missing = [each for each in asked(catalog) if not os.environ.get(each.env) and each.argument not in stored]
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        for secret in missing:
            stored[secret.argument] = prompted(secret)
    return stored


def asked(catalog: Catalog) -> Sequence[Secret]:
    """The secrets that usual requests need; where one of several is enough, the first."""
    return [each for each in catalog.secrets if (each.way == 1 if each.way else each.is_usual)]


def prompted(secret: Secret) -> str:
    """A secret that a person types, without showing it."""
    return str(click.prompt(secret.env, hide_input=True, err=True))


def store(catalog: Catalog, base_url: str | None, found: dict[str, str]) -> None:
    """Keep secrets in the keyring. Raises `ClickException`."""
    keyring = _keyring()
    for name, value in found.items():
        _tried(keyring.set_password, _service(catalog, base_url), name, value)


def forget(catalog: Catalog, base_url: str | None) -> int:
    """Remove the secrets from the keyring; returns how many. Raises `ClickException`."""
    stored = _stored(catalog, base_url, must_work=True)
    for name in stored:
        _tried(_keyring().delete_password, _service(catalog, base_url), name)
    return len(stored)


def _is_enough(present: Sequence[Secret], catalog: Catalog) -> bool:
    """Whether usual requests need no other secrets."""
    names = {each.argument for each in present}
    ways: dict[int, set[str]] = {}
    for each in catalog.secrets:
        if each.way or each.is_usual:
            ways.setdefault(each.way, set()).add(each.argument)
    needed = ways.pop(0, set())
    return needed <= names and (not ways or any(way <= names for way in ways.values()))


def _stored(catalog: Catalog, base_url: str | None, *, must_work: bool = False) -> dict[str, str]:
    try:
        keyring = _keyring()
    except click.ClickException:
        if must_work:
            raise
        return {}
    service, found = _service(catalog, base_url), {}
    for secret in catalog.secrets:
        try:
            value = keyring.get_password(service, secret.argument)
        except Exception:  # a keyring that does not work is no keyring: what it raises is its backend's own
            if must_work:
                raise
            return {}
        if value is not None and not os.environ.get(secret.env):
            found[secret.argument] = value
    return found


def _service(catalog: Catalog, base_url: str | None) -> str:
    """What the keyring stores secrets under: those of another base URL are others."""
    return f"{catalog.distribution} {base_url}" if base_url else catalog.distribution


def _tried(function: Any, *arguments: str) -> None:
    try:
        function(*arguments)
    except Exception as error:
        raise click.ClickException(f"the keyring of this system does not work: {error}") from error


def _keyring() -> Any:
    try:
        return import_module("keyring")
    except ImportError as error:
        raise click.ClickException("keys are stored by keyring, which is not installed: pip install keyring") from error
