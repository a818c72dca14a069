"""Harbor: base URLs with variables, pages at addresses, streams without event names."""

from __future__ import annotations

import inspect

import pytest

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider


def test_a_client_takes_the_variables_of_the_base_url(packages: Packages, monkeypatch: pytest.MonkeyPatch) -> None:
    """As arguments that are typed and described, or from the environment."""
    harbor = packages["harbor"]
    for client in (harbor.Harbor, harbor.AsyncHarbor):
        assert inspect.signature(client).parameters["dock"].annotation == "str | None"
        assert "dock: The name of your dock. Default: the environment variable `HARBOR_DOCK`." in inspect.getdoc(client)
        assert "region: One of `eu` (In Europe), `us` (In America). Default: `eu`." in " ".join(
            inspect.getdoc(client).replace("A part of the base URL. ", "").split()
        )
        assert repr(client("key", dock="north")).endswith("https://north.harbor.example/eu/v1>")
        with pytest.raises(harbor.ConfigurationError, match="HARBOR_DOCK"):
            client("key")
    monkeypatch.setenv("HARBOR_DOCK", "south")

    assert repr(harbor.Harbor("key", region="us")).endswith("https://south.harbor.example/us/v1>")


def test_a_request_without_the_version_is_refused(driver: Driver, packages: Packages) -> None:
    """The simulator wants the query of every request, and takes an operation's own value instead."""
    harbor = packages["harbor"]
    with Simulator(provider("harbor"), key="key") as simulator:
        client = driver.client(harbor, simulator.url)
        driver.call(client.tide)
        with pytest.raises(harbor.BadRequest, match="api-version"):
            driver.call(client.with_options(extra_query={"api-version": "1"}).voyage.submit, port="x")
