"""Whether a request may be sent again, how often, and for how long it may take.

idempotency-key-removed (breaking): a submit has no idempotency key any more.

Hits: new version, money.

Why: a submit whose reply is lost is no longer sent again, and raises `SubmitUncertain`.

Way out: keep the key as long as the provider takes it.

    # old
    jobs: {page: {submit: {idempotency_key: Idempotency-Key}}}

    # new
    jobs: {page: {submit: {}}}

Says: job "page": the idempotency key "Idempotency-Key" is gone; a lost submit raises `SubmitUncertain`

idempotency-key-added (addition): a submit has an idempotency key.

Hits: new version, money.

Why: a submit whose reply is lost is sent again, and cannot make a second job.

    # old
    jobs: {page: {submit: {}}}

    # new
    jobs: {page: {submit: {idempotency_key: Idempotency-Key}}}

Says: job "page": the idempotency key "Idempotency-Key" is new; a lost submit is sent again

idempotency-key-changed (breaking): the idempotency key is sent in another place, or kept for another time.

Hits: new version, money.

Why: if the provider does not heed it, a submit that is sent again makes a second job.

Way out: name the page that says so as the source.

    # old
    jobs: {page: {submit: {idempotency_key: Idempotency-Key}}}

    # new
    jobs: {page: {submit: {idempotency_key: X-Request-Key}}}

Says: job "page": the idempotency key was "Idempotency-Key" and is "X-Request-Key"

now-repeatable (breaking): a request is sent again after an error.

Hits: new version, money.

Why: if the first one has worked, it is done twice, and perhaps paid for twice.

Way out: name the page that says that this is harmless as the source.

    # old
    operations: {search: {idempotent: false}}

    # new
    operations: {search: {idempotent: true}}

Says: operation "search": a request whose reply is lost is sent again now, and may be done twice

no-longer-repeatable (behaviour): a request is not sent again after an error.

Hits: new version.

Why: errors that a second request mended are raised.

    # old
    operations: {search: {idempotent: true}}

    # new
    operations: {search: {idempotent: false}}

Says: operation "search": a request whose reply is lost is no longer sent again

rate-limit-changed (behaviour): a rate limit is another.

Hits: new version.

Why: many requests take longer, or are sent faster than the provider may allow.

    # old
    operations: {search: {rate_limit: 60/min}}

    # new
    operations: {search: {rate_limit: 30/min}}

Says: operation "search": the rate limit was "60 in 60 s" and is "30 in 60 s"

request-timeout-changed (behaviour): one request may take another time.

Hits: new version.

Why: slow replies are given up sooner or later.

    # old
    operations: {search: {timeout: 90s}}

    # new
    operations: {search: {timeout: 30s}}

Says: operation "search": one request may take 30s, and could take 90s
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.differ.differences import Difference
from bide.differ.said import Said, owner, seconds, shown
from bide.differ.version import Pair


def _key(found: Difference, pair: Pair) -> Iterator[Said]:
    whose = owner(found.path)
    if isinstance(found.old, dict):
        gone = f'the idempotency key "{found.old["name"]}" is gone; a lost submit raises `SubmitUncertain`'
        yield Said("idempotency-key-removed", f"{whose}: {gone}")
    if isinstance(found.new, dict):
        come = f'the idempotency key "{found.new["name"]}" is new; a lost submit is sent again'
        yield Said("idempotency-key-added", f"{whose}: {come}")


def _key_name(found: Difference, pair: Pair) -> Iterator[Said]:
    message = f'{owner(found.path)}: the idempotency key was "{found.old}" and is "{found.new}"'
    yield Said("idempotency-key-changed", message)


def _key_place(found: Difference, pair: Pair) -> Iterator[Said]:
    message = f"{owner(found.path)}: the idempotency key is in the {found.new}, and was in the {found.old}"
    yield Said("idempotency-key-changed", message)


def _key_retention(found: Difference, pair: Pair) -> Iterator[Said]:
    old, new = ("an unknown time" if each is None else seconds(each) for each in (found.old, found.new))
    message = f"{owner(found.path)}: the idempotency key is kept for {new}, and was kept for {old}"
    yield Said("idempotency-key-changed", message)


def _idempotent(found: Difference, pair: Pair) -> Iterator[Said]:
    if found.new:
        message = "a request whose reply is lost is sent again now, and may be done twice"
        yield Said("now-repeatable", f"{owner(found.path)}: {message}")
    else:
        yield Said(
            "no-longer-repeatable", f"{owner(found.path)}: a request whose reply is lost is no longer sent again"
        )


def _rate(found: Difference, pair: Pair) -> Iterator[Said]:
    message = f"{owner(found.path)}: the rate limit was {shown(found.old)} and is {shown(found.new)}"
    yield Said("rate-limit-changed", message)


def _timeout(found: Difference, pair: Pair) -> Iterator[Said]:
    old, new = ("what the client says" if each is None else seconds(each) for each in (found.old, found.new))
    yield Said("request-timeout-changed", f"{owner(found.path)}: one request may take {new}, and could take {old}")


_REQUESTS = (
    ("operations", "*", "endpoint"),
    ("jobs", "*", "submit"),
    ("jobs", "*", "find", "endpoint"),
    ("lifecycles", "*", "poll"),
    ("lifecycles", "*", "poll_many", "endpoint"),
    ("lifecycles", "*", "result", "endpoint"),
    ("lifecycles", "*", "cancel", "endpoint"),
)

RULES = {
    ("jobs", "*", "idempotency_key"): _key,
    ("jobs", "*", "idempotency_key", "name"): _key_name,
    ("jobs", "*", "idempotency_key", "place"): _key_place,
    ("jobs", "*", "idempotency_key", "retention"): _key_retention,
    **{(*request, "idempotent"): _idempotent for request in _REQUESTS},
    **{(*request, "rate_limit"): _rate for request in _REQUESTS},
    **{(*request, "timeout"): _timeout for request in _REQUESTS},
}
