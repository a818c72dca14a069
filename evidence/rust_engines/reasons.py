"""Why tests fail with the engines of Rust."""

from __future__ import annotations

UNSENT = "It cannot say whether a request has left, if the timeout comes before there is a connection."
CANCELLED = "A request that is cancelled or timed out under asyncio leaves its connection open."
BOUND = "It opens more connections than its limit."
HEADERS = "It refuses a reply or an interim reply of more than 100 headers or some 400 kB of them, and has no option."
TEXT = "A header that is not ASCII is lost, or all headers are."
STREAM = "A timeout of each read is set for a whole client, so a blocking stream needs one, with its own connections."
SOCKS = "It does not say why a SOCKS proxy refuses, or does not accept a login that nobody asks for or a long one."
AHEAD = "It has at times more than 4 MiB of a file in memory while it is sent."
RESOLVER = "The test replaces Python's resolver, which the engine does not use: this says nothing about it."
OTHER = "Something else."

_BY_TEST = {
    "test_a_connection_that_is_not_made_in_time": UNSENT,
    "test_connections_are_bounded": UNSENT,
    "test_proxy_that_does_not_connect": UNSENT,
    "test_the_timeout_holds": UNSENT,
    "test_cancellation": CANCELLED,
    "test_cancellation_in_a_handshake": CANCELLED,
    "test_a_stream_that_does_not_begin": CANCELLED,
    "test_the_timeout_is_for_the_whole_request": CANCELLED,
    "test_eight_threads": BOUND,
    "test_many_tasks": BOUND,
    "test_large_headers": HEADERS,
    "test_many_early_hints": HEADERS,
    "test_headers_of_a_reply": TEXT,
    "test_connections_are_kept": STREAM,
    "test_a_login": SOCKS,
    "test_a_login_that_nobody_asks_for": SOCKS,
    "test_a_proxy_that_refuses": SOCKS,
    "test_an_unreachable_proxy": SOCKS,
    "test_no_secret_is_told": SOCKS,
    "test_a_large_file_takes_little_memory": AHEAD,
    "test_names_are_verified": RESOLVER,
    "test_a_name_that_is_not_resolved_in_time": RESOLVER,
}

REASONS = (UNSENT, CANCELLED, BOUND, HEADERS, TEXT, STREAM, SOCKS, AHEAD, RESOLVER, OTHER)


def reason(test: str) -> str:
    """The reason for which a test of this name fails."""
    name = test.rpartition("::")[2].partition("[")[0]
    return _BY_TEST.get(name, OTHER)
