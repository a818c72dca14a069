"""When a job is polled, and for how long.

timeout-fell (breaking): a job's default timeout is shorter.

Hits: new version.

Why: runs that were fine raise `JobTimeout`.

Way out: keep the longer timeout, or say in the changelog to pass `timeout=`.

    # old
    jobs: {page: {polling: {timeout: 10m}}}

    # new
    jobs: {page: {polling: {timeout: 5m}}}

Says: job "page": the default timeout fell from 10m to 5m; runs that took longer raise `JobTimeout` now

timeout-rose (behaviour): a job's default timeout is longer.

Hits: new version.

Why: a job that never ends is given up later.

    # old
    jobs: {page: {polling: {timeout: 5m}}}

    # new
    jobs: {page: {polling: {timeout: 10m}}}

Says: job "page": the default timeout rose from 5m to 10m

min-interval-rose (behaviour): polls are at least this much further apart.

Hits: new version, older versions.

Why: news come later. If the provider asks for it, it may block older versions, which poll more often.

Way out: publish soon if the provider blocks those who poll more often.

    # old
    jobs: {page: {polling: {min_interval: 1s}}}

    # new
    jobs: {page: {polling: {min_interval: 2s}}}

Says: job "page": the shortest time between two polls rose from 1s to 2s; news come later

min-interval-fell (behaviour): polls may be closer to each other.

Hits: new version.

Why: a client that polls more often than documented may be blocked.

Way out: name the page that allows it as the source.

    # old
    jobs: {page: {polling: {min_interval: 2s}}}

    # new
    jobs: {page: {polling: {min_interval: 1s}}}

Says: job "page": the shortest time between two polls fell from 2s to 1s; the provider must allow it

interval-changed (behaviour): a job is polled at other intervals.

Hits: new version.

Why: shorter intervals are more requests, longer ones later news.

    # old
    jobs: {page: {polling: {interval: 5s}}}

    # new
    jobs: {page: {polling: {interval: 3s..5s}}}

Says: job "page": the time between two polls was 5s..5s and is 3s..5s

typical-changed (behaviour): a job's typical time is another.

Hits: new version.

Why: polls come at other times.

    # old
    jobs: {page: {polling: {typical: 10s..20s, timeout: 5m}}}

    # new
    jobs: {page: {polling: {typical: 10s..30s, timeout: 5m}}}

Says: job "page": the typical time was 10s..20s and is 10s..30s

first-poll-changed (behaviour): the first poll comes at another time.

Hits: new version.

Why: a job that ends quickly is noticed sooner or later.

    # old
    jobs: {page: {polling: {}}}

    # new
    jobs: {page: {polling: {initial_delay: 10s}}}

Says: job "page": the first poll comes after 10s, not after 0s

grace-changed (behaviour): a job may be unknown to the provider for another time.

Hits: new version.

Why: with a shorter grace, jobs that are not visible yet raise `NotFound`; with a longer one, a job that does not exist
is noticed later.

    # old
    jobs: {page: {polling: {not_found_grace: 10s}}}

    # new
    jobs: {page: {polling: {not_found_grace: 5s}}}

Says: job "page": a 404 means "not yet" for 5s after the submit, not for 10s

polling-way-changed (behaviour): a job is polled in another way.

Hits: new version.

Why: long polls, polls of several jobs, pauses that the server asks for and accepted HTTP statuses decide what is sent
and when.

    # old
    lifecycles: {page: {poll: {get: "/pages/{job_id}"}}}

    # new
    lifecycles: {page: {poll: {get: "/pages/{job_id}", long_poll: {query: wait, max: 20s}}}}

Says: lifecycle "page": `long_poll` is new
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.differ.differences import Difference, Kind
from bide.differ.said import Said, owner, seconds, shown
from bide.differ.version import Pair


def _timeout(found: Difference, pair: Pair) -> Iterator[Said]:
    whose, old, new = owner(found.path), seconds(found.old), seconds(found.new)
    if found.new < found.old:
        fell = f"the default timeout fell from {old} to {new}; runs that took longer raise `JobTimeout` now"
        yield Said("timeout-fell", f"{whose}: {fell}")
    else:
        yield Said("timeout-rose", f"{whose}: the default timeout rose from {old} to {new}")


def _min_interval(found: Difference, pair: Pair) -> Iterator[Said]:
    whose, old, new = owner(found.path), seconds(found.old), seconds(found.new)
    if found.new > found.old:
        rose = f"the shortest time between two polls rose from {old} to {new}; news come later"
        yield Said("min-interval-rose", f"{whose}: {rose}")
    else:
        fell = f"the shortest time between two polls fell from {old} to {new}; the provider must allow it"
        yield Said("min-interval-fell", f"{whose}: {fell}")


def _interval(found: Difference, pair: Pair) -> Iterator[Said]:
    message = f"{owner(found.path)}: the time between two polls was {found.old} and is {found.new}"
    yield Said("interval-changed", message)


def _typical(found: Difference, pair: Pair) -> Iterator[Said]:
    old, new = found.old or "not known", found.new or "not known"
    yield Said("typical-changed", f"{owner(found.path)}: the typical time was {old} and is {new}")


def _first(found: Difference, pair: Pair) -> Iterator[Said]:
    message = f"the first poll comes after {seconds(found.new)}, not after {seconds(found.old)}"
    yield Said("first-poll-changed", f"{owner(found.path)}: {message}")


def _grace(found: Difference, pair: Pair) -> Iterator[Said]:
    message = f'a 404 means "not yet" for {seconds(found.new)} after the submit, not for {seconds(found.old)}'
    yield Said("grace-changed", f"{owner(found.path)}: {message}")


def _way(found: Difference, pair: Pair) -> Iterator[Said]:
    what, as_text = ".".join(found.path[2:]), shown
    if found.path[-1] == "max_seconds":
        what, as_text = what.removesuffix("_seconds"), seconds
    told = {Kind.ADDED: "is new", Kind.REMOVED: "is gone"}
    change = told.get(found.kind, f"was {as_text(found.old)} and is {as_text(found.new)}")
    yield Said("polling-way-changed", f"{owner(found.path)}: `{what}` {change}")


RULES = {
    ("jobs", "*", "polling", "timeout"): _timeout,
    ("jobs", "*", "polling", "min_interval"): _min_interval,
    ("jobs", "*", "polling", "interval"): _interval,
    ("jobs", "*", "polling", "typical"): _typical,
    ("jobs", "*", "polling", "initial_delay"): _first,
    ("jobs", "*", "polling", "not_found_grace"): _grace,
    ("lifecycles", "*", "long_poll", "..."): _way,
    ("lifecycles", "*", "poll_many", "..."): _way,
    ("lifecycles", "*", "retry_after", "..."): _way,
    ("lifecycles", "*", "retry_after_unit"): _way,
    ("lifecycles", "*", "accepts", "..."): _way,
    ("lifecycles", "*", "codes", "..."): _way,
}
