"""Tests of your own code against the fake of a package: no network, and no real time.

    PYTHONPATH=generated/anakin python -m pytest -p anakin_client.pytest_plugin examples/test_with_fake.py

With an installed package, `-p` is not needed.
"""

from __future__ import annotations

import pytest
from anakin_client import Anakin, JobFailed, JobTimeout
from anakin_client.testing import FakeAnakin, rate_limit


def first_line(client: Anakin, url: str) -> str:
    """Your code: the first line of a page."""
    page = client.url_scraper.run(url=url, timeout=120)
    return (page.markdown or "").partition("\n")[0]


def test_the_first_line_of_a_page(fake_anakin: FakeAnakin) -> None:
    """A job of 40 seconds, and a 429 in between, are no matter."""
    fake_anakin.url_scraper.succeeds({"status": "completed", "markdown": "# Hello\n\nworld"}, after=40)
    fake_anakin.url_scraper.poll.inject(rate_limit(retry_after=5))

    assert first_line(fake_anakin.client(), "https://example.com") == "# Hello"
    assert fake_anakin.now >= 40


def test_a_page_that_fails(fake_anakin: FakeAnakin) -> None:
    """The provider's own reason is in the exception."""
    fake_anakin.url_scraper.fails("the page is empty")

    with pytest.raises(JobFailed, match="the page is empty"):
        first_line(fake_anakin.client(), "https://example.com")


def test_a_page_that_never_comes(fake_anakin: FakeAnakin) -> None:
    """The deadline ends the wait; the token goes on with it."""
    fake_anakin.url_scraper.stalls()

    with pytest.raises(JobTimeout) as caught:
        first_line(fake_anakin.client(), "https://example.com")
    assert caught.value.token
