"""The faults of a package's fake, as a client sees them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def testing(generated: Callable[[str], ModuleType]) -> Any:
    generated("anakin")
    return import_module("anakin_client.testing")


def test_an_unknown_status_lasts_for_one_poll(testing: Any) -> None:
    """One poll has a status that the spec does not list, and the next one the job's own."""
    fake, seen = testing.FakeAnakin(), []
    fake.url_scraper.succeeds(after=0)
    fake.url_scraper.poll.inject(testing.unknown_status())
    page = fake.client().url_scraper.run(url="u", on_update=lambda update: seen.append(update.status))

    assert (page.status, seen) == ("completed", ["not_in_the_spec", "completed"])


def test_nulls_are_read_as_absent(testing: Any) -> None:
    """A reply with nulls decodes to the same model as a reply without those keys."""
    fake = testing.FakeAnakin()
    fake.url_scraper.succeeds(after=0)
    fake.url_scraper.poll.inject(testing.nulls(), None)
    client = fake.client()
    with_nulls, without = client.url_scraper.run(url="u"), client.url_scraper.run(url="u")
    bodies = [sent.reply.body for sent in fake.url_scraper.poll.requests]

    assert with_nulls == without
    assert set(bodies[1]) < set(bodies[0])
    assert {bodies[0][key] for key in set(bodies[0]) - set(bodies[1])} == {None}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda testing: testing.error(503, retry_after=7), "error(503, retry_after=7)"),
        (
            lambda testing: testing.error(502, retry_after=7, as_date=True, reaches=True),
            "error(502, retry_after=7, as_date=True, reaches=True)",
        ),
        (lambda testing: testing.lost(reaches=False), "lost(reaches=False)"),
        (lambda testing: testing.slow(2.5), "slow(2.5)"),
        (lambda testing: testing.web_page(), "web_page()"),
    ],
)
def test_the_repr_of_a_fault_is_its_code(testing: Any, make: Callable[[Any], Any], said: str) -> None:
    """A failing property test prints the code that makes the fault."""
    assert repr(make(testing)) == said
