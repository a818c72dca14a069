"""Turnstile: one of several secrets is enough."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider

WAYS: list[dict[str, Any]] = [
    {"api_key": "key"},
    {"token": "key"},
    {"token": lambda: "key"},
    {"username": "key", "password": "key"},
    {"client_id": "key", "client_secret": "key"},
]
SENT = {"api_key": "x-api-key", "token": "Bearer ", "username": "Basic ", "client_id": "Bearer token-of-a-fake-1"}


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for secret in provider("turnstile").auth:
        monkeypatch.delenv(secret.env, raising=False)


def alone(secrets: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a client that has these of the secrets of which one is enough."""
    return {**{secret.argument: None for secret in provider("turnstile").auth}, "gate": "key", **secrets}


def sent_by(packages: Packages, **arguments: Any) -> dict[str, str]:
    """The headers of a request of a client with these arguments, without those that all have."""
    assert packages["turnstile"]
    fake = importlib.import_module("turnstile_client.testing").FakeTurnstile()
    with fake.client(**arguments) as client:
        client.count()
    fake.check()
    usual = {"accept", "user-agent", "x-gate"}
    return {name: text for name, text in fake.requests[-1].request.headers.items() if name not in usual}


@pytest.mark.parametrize("secrets", WAYS, ids=lambda secrets: next(iter(secrets)))
def test_each_of_them_is_enough(secrets: dict[str, Any], driver: Driver, packages: Packages) -> None:
    """A client with one of them runs a job at a server that checks it."""
    package = packages["turnstile"]
    with Simulator(provider("turnstile"), key="key", speed=8.0) as simulator:
        client = driver.client(package, simulator.url, **alone(secrets))
        assert driver.call(client.passage.run, name="Ann").status == "over"
        assert driver.call(client.opening).people == 1


@pytest.mark.parametrize("secrets", WAYS, ids=lambda secrets: next(iter(secrets)))
def test_only_one_of_them_is_sent(secrets: dict[str, Any], packages: Packages) -> None:
    """In its own place."""
    [(name, text)] = sent_by(packages, **secrets).items()
    assert SENT[next(iter(secrets))] in f"{name} {text}"


def test_the_first_that_is_passed_is_taken(packages: Packages, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the order of the spec; an argument counts more than the environment."""
    monkeypatch.setenv("TURNSTILE_API_KEY", "from-the-environment")
    assert sent_by(packages, username="a", password="b", token="t") == {"authorization": "Bearer t"}
    assert sent_by(packages, token="t") == {"authorization": "Bearer t"}


def test_the_environment_is_asked_in_order(packages: Packages, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that is complete; a password without a user name is none."""
    package = packages["turnstile"]
    monkeypatch.setenv("TURNSTILE_GATE", "g")
    monkeypatch.setenv("TURNSTILE_PASSWORD", "p")
    monkeypatch.setenv("TURNSTILE_CLIENT_ID", "i")
    with pytest.raises(package.ConfigurationError):
        package.Turnstile()
    monkeypatch.setenv("TURNSTILE_CLIENT_SECRET", "s")
    with package.Turnstile() as client:
        assert client._session.account.way == 4
    monkeypatch.setenv("TURNSTILE_TOKEN", "t")
    with package.Turnstile() as client:
        assert client._session.account.way == 2


def test_none_of_them_is_an_error_that_names_all(packages: Packages) -> None:
    """Arguments and environment variables."""
    package = packages["turnstile"]
    with pytest.raises(package.ConfigurationError) as caught:
        package.Turnstile(gate="g")
    assert str(caught.value) == (
        "Turnstile needs one of several secrets: pass api_key=...; or token=...; or username=... and password=...; or "
        "client_id=... and client_secret=...; or set the environment variable TURNSTILE_API_KEY; or TURNSTILE_TOKEN; "
        "or TURNSTILE_USERNAME and TURNSTILE_PASSWORD; or TURNSTILE_CLIENT_ID and TURNSTILE_CLIENT_SECRET"
    )
    with pytest.raises(package.ConfigurationError, match=r"needs client_secret: pass client_secret=.*CLIENT_SECRET"):
        package.Turnstile(gate="g", client_id="i")


def test_a_request_may_need_a_certain_one(driver: Driver, packages: Packages) -> None:
    """It is sent with this request instead of the usual one, and the error says if the client has none."""
    package = packages["turnstile"]
    with Simulator(provider("turnstile"), key="key") as simulator:
        both = driver.client(package, simulator.url)
        assert driver.call(both.block).people == 1
        one = driver.client(package, simulator.url, **alone({"api_key": "key"}))
        with pytest.raises(package.ConfigurationError, match="Turnstile needs token: pass token="):
            driver.call(one.block)
        assert driver.call(one.count).people == 1


@pytest.mark.parametrize("secrets", WAYS, ids=lambda secrets: next(iter(secrets)))
def test_a_wrong_one_is_refused(secrets: dict[str, Any], driver: Driver, packages: Packages) -> None:
    """Another way does not help: the client has taken this one."""
    package = packages["turnstile"]
    wrong = {name: (lambda: "wrong") if callable(text) else "wrong" for name, text in secrets.items()}
    with Simulator(provider("turnstile"), key="key") as simulator:
        client = driver.client(package, simulator.url, **alone(wrong))
        with pytest.raises(package.AuthenticationError):
            driver.call(client.count)


def test_a_401_asks_for_a_new_token_of_the_way_taken(packages: Packages) -> None:
    """Functions of another way are not called, and no token is fetched for a client without OAuth."""
    assert packages["turnstile"]
    fake = importlib.import_module("turnstile_client.testing").FakeTurnstile()
    answers = iter(["t1", "t2"])
    with fake.client(token=lambda: next(answers)) as client:
        client.count()
        fake.keys.refuse("t1")
        client.count()
    assert [sent.request.headers["authorization"] for sent in fake.requests] == ["Bearer t1", "Bearer t1", "Bearer t2"]
    assert fake.keys.requests == []
