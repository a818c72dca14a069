"""Text of a hostile server is shown, but cannot control a terminal or forge a log line."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from bide_runtime.errors.client import ClientError
from bide_runtime.errors.printable import plain
from bide_runtime.jobs.errors import JobFailed
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import APART, PART
from tests.runtime.fakes import Reply
from tests.runtime.world import DONE, RUNNING, TICKET, World, report, served

HOSTILE = "\x1b[2J\x1b]0;evil\x07\r\n2026-01-01 CRITICAL root: evil\x9b31m\u202egpj\u2028\x00\x7f"
MEANT = re.compile(r"[^\n\x20-\x7e]|\x1b")
"""Characters that a shown text must not have: apart from hostile characters, these replies are ASCII."""

SERVERS = {
    "refuses the submit": served(submit=[Reply({"error": {"code": HOSTILE, "message": HOSTILE}}, 400)]),
    "refuses the submit, in text": served(submit=[Reply(HOSTILE.encode(), 400)]),
    "refuses the submit, by its headers": served(submit=[Reply({}, 400, {"x-request-id": HOSTILE})]),
    "sends an id that is none": served(submit=[Reply({"id": HOSTILE, "status": "queued"}, 202)]),
    "sends no JSON": served(submit=[Reply(b"{" + HOSTILE.encode())]),
    "sends another shape": served(submit=[TICKET], polls=[Reply({"status": {HOSTILE: 1}})]),
    "fails": served(submit=[TICKET], polls=[report("broken", error={"code": HOSTILE, "message": HOSTILE})]),
    "has a fault": served(submit=[TICKET], polls=[Reply({"message": HOSTILE, "error": HOSTILE}, 503)]),
    "has a status of its own": served(submit=[TICKET], polls=[RUNNING, report(HOSTILE)]),
    "refuses the poll": served(submit=[TICKET], polls=[Reply({"message": HOSTILE}, 403)]),
    "has no result yet": served(submit=[TICKET], polls=[DONE], result=[Reply({"message": HOSTILE}, 409)]),
    "has lost the result": served(submit=[TICKET], polls=[DONE], result=[Reply({"message": HOSTILE}, 410)]),
}


@pytest.mark.parametrize("server", SERVERS.values(), ids=SERVERS)
def test_server_text_is_escaped_everywhere(
    world: Callable[..., World], server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """In exceptions, tracebacks and logs, characters that are not printable and line ends are escaped."""
    here = world(server)
    with caplog.at_level(logging.DEBUG), pytest.raises(ClientError) as caught:
        here.do(here.jobs(APART).run(url="u", timeout=30))

    error = caught.value
    shown = [str(error), repr(error), *(record.getMessage() for record in caplog.records)]
    assert [text for text in shown if MEANT.search(text) or "\n" in text] == []
    told = traceback.format_exception_only(error)
    assert [text for text in told if MEANT.search(text.rstrip("\n"))] == []
    assert all(MEANT.search(note) is None for note in getattr(error, "__notes__", ()))


def test_the_raw_text_is_in_the_fields(world: Callable[..., World]) -> None:
    """Only the shown text is escaped; the fields have the original."""
    here = world(SERVERS["fails"])
    with pytest.raises(JobFailed) as caught:
        here.do(here.jobs(PART).run(url="u"))

    assert HOSTILE == caught.value.reason
    assert HOSTILE in caught.value.message
    assert "\\x1b[2J" in str(caught.value)


@given(st.text())
def test_plain_text_is_on_one_line_and_printable(text: str) -> None:
    """Any text becomes printable, and printable text is unchanged."""
    shown = plain(text)

    assert shown.isprintable()
    assert shown == text or not text.isprintable()
