"""Several secrets, and basic auth."""

from __future__ import annotations

import pytest

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider

SECRETS = [
    ("darkroom", "username"),
    ("darkroom", "password"),
    ("ledger", "shop"),
    ("ledger", "till"),
    ("ledger", "api_key"),
]
CALLS = {"darkroom": ("print", {"film": b"f1"}), "ledger": ("audit", {"year": 1999})}


@pytest.mark.parametrize(("name", "wrong"), SECRETS)
def test_each_secret_is_needed(name: str, wrong: str, driver: Driver, packages: Packages) -> None:
    """A client with one wrong secret is refused, and the error has no secret."""
    package = packages[name]
    job, arguments = CALLS[name]
    with Simulator(provider(name), key="key") as simulator:
        client = driver.client(package, simulator.url, **{wrong: "a-wrong-one"})
        with pytest.raises(package.AuthenticationError) as caught:
            driver.call(getattr(client, job).run, **arguments)

    assert "a-wrong-one" not in f"{caught.value!s} {caught.value!r} {client!r}"


@pytest.mark.parametrize(("name", "missing"), SECRETS)
def test_a_missing_secret_is_named(
    name: str, missing: str, packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each secret has an environment variable and an argument, and the error names them."""
    package = packages[name]
    client = getattr(package, provider(name).class_name)
    for secret in provider(name).auth:
        monkeypatch.setenv(secret.env, "from-the-environment")
    with client():
        pass
    [secret] = [secret for secret in provider(name).auth if secret.argument == missing]
    monkeypatch.delenv(secret.env)

    with pytest.raises(package.ConfigurationError, match=f"pass {missing}=.*{secret.env}"):
        client()
