"""Harbor: base URLs with variables, pages at addresses, streams without event names."""

from __future__ import annotations

import inspect

import pytest

from bide.emit.render import render
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


STREAMS = {
    "radio": (["Chunk"], {"port": "x"}),
    "beacon": (["Light", "Dark"], {}),
    "gulls": (["Entry"], {}),
    "soundings": (["Sounding", "Sounding", "Entry"], {}),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_read_to_its_end(driver: Driver, packages: Packages, name: str) -> None:
    """Events with and without names, by a field of their data, and lines of JSON, over real HTTP."""
    harbor = packages["harbor"]
    models, arguments = STREAMS[name]
    with Simulator(provider("harbor"), key="key", scenarios="- scenario: succeed; duration=0.1") as simulator:
        client = driver.client(harbor, simulator.url)
        events = list(driver.each(getattr(client, name)(**arguments)))

    assert [type(event).__name__ for event in events] == models


@pytest.mark.parametrize("name", ["radio", "beacon"])
def test_an_error_in_a_stream_without_names_is_raised(driver: Driver, packages: Packages, name: str) -> None:
    """By its message, or by the kind that its data has."""
    harbor = packages["harbor"]
    with Simulator(provider("harbor"), key="key", scenarios="- scenario: fail; duration=0.1") as simulator:
        client = driver.client(harbor, simulator.url)
        with pytest.raises(harbor.StreamFailed, match="told to fail"):
            list(driver.each(getattr(client, name)(**STREAMS[name][1])))


@pytest.mark.parametrize("name", ["radio", "beacon", "soundings"])
def test_a_stream_that_is_cut_is_an_error(driver: Driver, packages: Packages, name: str) -> None:
    """Without its last event, or the mark after it, a stream is not complete."""
    harbor = packages["harbor"]
    scenarios = "- scenario: succeed; duration=0.1; call=cut_short"
    with Simulator(provider("harbor"), key="key", scenarios=scenarios) as simulator:
        client = driver.client(harbor, simulator.url)
        with pytest.raises(harbor.StreamCut):
            list(driver.each(getattr(client, name)(**STREAMS[name][1])))


def test_the_readme_names_the_variables() -> None:
    """Beside the key."""
    readme = render(provider("harbor"))["README.md"]

    assert "`dock`, a part of the base URL, is read from `HARBOR_DOCK`, or passed as `dock=`.\n" in readme
    assert "`region`, a part of the base URL, is passed as `region=`. Its default is `eu`.\n" in readme
