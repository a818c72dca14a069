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


def test_a_code_that_no_client_would_read_is_refused(generated: Callable[[str], Any]) -> None:
    """The test of a user would pass it in vain. The refused plan is no plan."""
    generated("anakin")
    fake = import_module("anakin_client.testing").FakeAnakin()

    with pytest.raises(ValueError, match="no client would read the code 'E_EMPTY' of a url_scraper job"):
        fake.url_scraper.fails("the page is empty", code="E_EMPTY")
    assert fake.client().url_scraper.run(url="https://example.com").status == "completed"
