"""Views of a client: `with_options` shares all but the options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bide_runtime.calls.call import Call, reads
from bide_runtime.errors.client import ClientClosed

from tests.runtime.acme import PART, Page
from tests.runtime.world import DONE, PAGE, World, served

Make = Callable[..., World]
LOOK: Call[Page] = Call(method="GET", path="/look", read=reads(Page), idempotent=True)


def test_closing_a_view_leaves_the_client_open(world: Make) -> None:
    """Also that of a view of a view; closing the client closes its views."""
    w = world(served(polls=[DONE]))
    view = w.client.with_options(timeout=7)
    w.do(view.close())
    w.do(view.with_options(timeout=8).close())

    assert "hello" == w.do(w.job(PART).wait()).text
    assert "hello" == w.do(view.jobs(PART).attach("j1").wait()).text
    w.do(w.client.close())
    with pytest.raises(ClientClosed):
        w.do(view.jobs(PART).attach("j1").wait())


def test_a_view_of_a_view_keeps_what_it_does_not_change(world: Make) -> None:
    """Its callback for replies, until another one is given."""
    first: list[Any] = []
    second: list[Any] = []
    w = world(served(polls=[PAGE]))
    view = w.client.with_options(on_reply=first.append).with_options(timeout=7)
    w.do(view._send(lambda: LOOK, None))
    w.do(view.with_options(on_reply=second.append)._send(lambda: LOOK, None))

    assert [7, 7] == [sent.timeout for sent in w.sent]
    assert (1, 1) == (len(first), len(second))
