"""`except` distinguishes providers: each package raises its own classes, for every error and both colours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import Any

import bide_runtime
import pytest

NAMES = [name for name in bide_runtime.__all__ if name.endswith(("Error", "Failed")) or name.startswith("Job")]


def wrong(package: Any, testing: Any, fake: Any, client: Any) -> dict[str, Callable[[], Any]]:
    """Calls of a client that raise, by the name of the class."""
    faults = {
        "RateLimited": lambda: fake.url_scraper.submit.inject(*[testing.rate_limit()] * 9),
        "ConnectionFailed": lambda: fake.search.inject(*[testing.unreachable()] * 9),
        "DecodeError": lambda: fake.search.inject(testing.wrong_shape()),
        "SubmitUncertain": lambda: fake.url_scraper.submit.inject(testing.lost()),
        "JobFailed": lambda: fake.url_scraper.fails("no"),
        "JobTimeout": fake.url_scraper.stalls,
    }
    search = {"ConnectionFailed", "DecodeError"}

    def call(name: str) -> Callable[[], Any]:
        def made() -> Any:
            faults[name]()
            if name in search:
                return client.search(prompt="x")
            return client.url_scraper.run(url="https://example.com", timeout=60)

        return made

    return {
        **{name: call(name) for name in faults},
        "InvalidToken": lambda: client.url_scraper.resume("{}"),
        "InvalidArgument": lambda: client.url_scraper.attach(".."),
        "ConfigurationError": lambda: package.Anakin(api_key="a\nb"),
    }


KINDS = [*wrong(None, None, type("Fake", (), {"url_scraper": type("Jobs", (), {"stalls": None})}), None)]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_package_raises_its_own_class(name: str, mode: str, generated: Callable[[str], Any]) -> None:
    """`AnakinError`, the package's class and the runtime's class catch it; another package's class does not."""
    package, other = generated("anakin"), generated("scrapio")
    testing = import_module("anakin_client.testing")
    fake = testing.FakeAnakin()
    client = fake.client() if mode == "sync" else fake.async_client()

    async def made() -> None:
        outcome = wrong(package, testing, fake, client)[name]()
        if asyncio.iscoroutine(outcome):
            await outcome

    with pytest.raises(package.AnakinError) as caught:
        asyncio.run(made())

    assert type(caught.value) is getattr(package, name)
    assert isinstance(caught.value, getattr(bide_runtime, name))
    assert not isinstance(caught.value, getattr(other, name))


def test_a_batch_and_its_updates_have_own_classes(generated: Callable[[str], Any]) -> None:
    """The errors of outcomes, and the transient errors of updates."""
    package, testing = generated("anakin"), import_module("anakin_client.testing")
    fake = testing.FakeAnakin()
    fake.url_scraper.fails("no")
    [outcome] = fake.client().url_scraper.run_many([{"url": "https://example.com"}])
    seen: list[Any] = []
    fake.url_scraper.succeeds()
    fake.url_scraper.poll.inject(testing.error(503), testing.cut_short())
    fake.client().url_scraper.run(url="https://example.com", on_update=seen.append)

    assert type(outcome.error) is package.JobFailed
    assert [type(update.transient_error) for update in seen[:2]] == [package.ServerError, package.DecodeError]
