"""Toll: variables in the token URL."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider

SECRETS = {"client_id": "i", "client_secret": "s", "warden_key": "w"}


@pytest.fixture
def toll(packages: Packages, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("TOLL_REALM", raising=False)
    return packages["toll"]


def token_url_of(client: Any) -> str:
    return str(client._session.account.token_url)


def test_the_token_url_has_the_values_of_the_client(toll: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument, the environment, a default; as in the base URL."""
    assert token_url_of(toll.Toll(**SECRETS, realm="north")) == "https://north.toll.example/common/oauth/token"
    monkeypatch.setenv("TOLL_REALM", "south")
    assert token_url_of(toll.Toll(**SECRETS, tenant="t.1")) == "https://south.toll.example/t.1/oauth/token"


def test_they_are_needed_beside_another_base_url(toll: Any) -> None:
    """Tokens still come from the token URL of the spec, unless that is passed too."""
    elsewhere = {**SECRETS, "base_url": "https://test.toll.example"}
    assert token_url_of(toll.Toll(**elsewhere, realm="north")) == "https://north.toll.example/common/oauth/token"
    assert token_url_of(toll.Toll(**elsewhere, token_url="https://a.example/token")) == "https://a.example/token"
    with pytest.raises(toll.ConfigurationError) as caught:
        toll.Toll(**elsewhere)
    assert str(caught.value) == (
        "Toll needs realm: pass realm=..., set the environment variable TOLL_REALM, or pass token_url=..."
    )


@pytest.mark.parametrize("realm", ["evil.example/", "a.b", "a@b", "", "a:1"])
def test_no_value_leads_to_another_host(toll: Any, realm: str) -> None:
    """The client secret is sent to the token URL."""
    with pytest.raises(toll.ConfigurationError, match="it is a part of the token URL and can have only letters"):
        toll.Toll(**SECRETS, realm=realm)


def test_a_simulator_has_the_path(toll: Any, driver: Driver) -> None:
    """On this machine the host is that of the base URL, so its variables need no value; those of the path count."""
    with Simulator(provider("toll"), key="key") as simulator:
        client = driver.client(toll, simulator.url, tenant="t1")
        assert token_url_of(client) == simulator.url.replace("/v1", "/t1/oauth/token")
        assert driver.call(client.count).seen == 1


def test_the_fake_has_the_path_too(toll: Any) -> None:
    """Whatever the values are."""
    fake = importlib.import_module("toll_client.testing").FakeToll()
    with fake.client(tenant="t2") as client:
        client.count()
    assert [sent.path for sent in fake.keys.requests] == ["/t2/oauth/token"]
