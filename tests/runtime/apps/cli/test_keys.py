"""Keys come from the environment, or from the system's keyring; no other place has them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import pytest
from bide_runtime.apps.cli import keys

SEARCH = ("search-inline", "--query", "x")


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A real keyring, in a file of this test."""
    import keyring
    from keyrings.alt.file import PlaintextKeyring

    found = PlaintextKeyring()
    monkeypatch.setattr(PlaintextKeyring, "file_path", str(tmp_path / "keyring.cfg"))
    before = keyring.get_keyring()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person types at the prompts; the names that were asked for come at its end."""
    asked: list[str] = []

    def prompt(text: str, *, hide_input: bool, err: bool) -> str:
        assert hide_input
        assert err
        asked.append(text)
        return "key"

    monkeypatch.setattr(click, "prompt", prompt)
    return asked


def test_login_keeps_the_key_and_logout_removes_it(
    shell_of: Any, keyring: Any, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In between, no variable is needed."""
    with shell_of("scrapio") as (shell, _):
        monkeypatch.delenv("SCRAPIO_API_KEY")
        without = shell(*SEARCH)
        login = shell("login")
        with_key = shell(*SEARCH)
        logout = shell("logout")
        after = shell(*SEARCH)

    assert ["SCRAPIO_API_KEY"] == typed
    assert (2, 0, 0, 0, 2) == (without.code, login.code, with_key.code, logout.code, after.code)
    assert "SCRAPIO_API_KEY" in without.err


def test_a_stored_key_belongs_to_its_base_url(
    shell_of: Any, keyring: Any, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key of the provider is never sent to another address that somebody names."""
    with shell_of("scrapio") as (shell, simulator):
        monkeypatch.delenv("SCRAPIO_API_KEY")
        monkeypatch.delenv("SCRAPIO_BASE_URL")
        shell("login")
        elsewhere = shell(*SEARCH, "--base-url", simulator.url)
        state = simulator.state()

    assert 2 == elsewhere.code
    assert not state["requests_by_path"]


def test_the_environment_comes_first(
    shell_of: Any, keyring: Any, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keyring is not even read."""
    with shell_of("scrapio") as (shell, _):
        monkeypatch.setattr(type(keyring), "get_password", lambda *_: pytest.fail("the keyring was read"))
        ended = shell(*SEARCH)

    assert 0 == ended.code


def test_without_the_library_login_says_what_to_install(
    shell_of: Any, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And every other command works without it."""
    with shell_of("scrapio") as (shell, _):
        monkeypatch.setitem(sys.modules, "keyring", None)
        login, search = shell("login"), shell(*SEARCH)

    assert 2 == login.code
    assert "pip install keyring" in login.err
    assert 0 == search.code


def test_of_several_ways_the_first_is_asked_for(shells: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one secret of several is enough, another one in the environment is enough too."""
    from bide_runtime.apps.catalog.catalog import Catalog

    catalog = Catalog.of(shells.package("turnstile"))
    ways = {each.way for each in catalog.secrets if each.way}
    for secret in catalog.secrets:
        monkeypatch.delenv(secret.env, raising=False)

    assert ways >= {1, 2}
    assert {0, 1} >= {each.way for each in keys.asked(catalog)}
    for secret in catalog.secrets:
        if secret.way == 2 or (secret.way == 0 and secret.is_usual):
            monkeypatch.setenv(secret.env, "key")
    assert {} == keys.secrets(catalog, None)
