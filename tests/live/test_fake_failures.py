"""What a fake says of a job that fails."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from tests.live.driver import Driver


def test_a_failure_has_the_reason_and_the_code_of_the_test(driver: Driver, generated: Callable[[str], Any]) -> None:
    """Where the spec says that replies have them."""
    package, testing = generated("scrapio"), import_module("scrapio_client.testing")
    fake = testing.FakeScrapio()
    client = fake.async_client() if driver.is_async else fake.client()
    fake.fetch.fails("the page is empty", code="E_EMPTY")

    with pytest.raises(package.JobFailed) as caught:
        driver.call(client.fetch.run, url="https://example.com")
    assert (caught.value.reason, caught.value.code) == ("the page is empty", "E_EMPTY")


def test_the_test_is_warned_of_a_code_that_no_client_will_read(generated: Callable[[str], Any]) -> None:
    """At its own line. The job fails all the same, with the reason."""
    package, fake = generated("anakin"), import_module("anakin_client.testing").FakeAnakin()

    with pytest.warns(UserWarning, match="no client will read the code 'E_EMPTY' of url_scraper jobs") as told:
        fake.url_scraper.fails("the page is empty", code="E_EMPTY")
    assert told[0].filename == __file__
    with pytest.raises(package.JobFailed, match="the page is empty"):
        fake.client().url_scraper.run(url="https://example.com")
