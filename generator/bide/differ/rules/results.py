"""The result of a job: its type, its place, and for how long it is kept.

result-type-changed (breaking): the result of a job has another type.

Hits: new version.

Why: code that reads the result does not fit.

    # old
    jobs: {page: {result: Page}}

    # new
    jobs: {page: {result: Hits}}

Says: job "page": the result was "Page" and is "Hits"

failed-result-added (addition): a failed job has a result.

Hits: new version.

Why: `JobFailed` has it.

    # old
    jobs: {page: {}}

    # new
    jobs: {page: {failed_result: Page}}

Says: job "page": a failed job has a result now ("Page")

failed-result-changed (breaking): what a failed job has is of another type, or gone.

Hits: new version.

Why: code that reads it does not fit.

    # old
    jobs: {page: {failed_result: Page}}

    # new
    jobs: {page: {}}

Says: job "page": the result of a failed job was "Page" and is nothing

result-moved (behaviour): the result is at another place.

Hits: new version, older versions.

Why: with an address of its own, a wait has one request more, and a result can be gone. If the provider has changed,
older versions find no result.

Way out: publish soon if the provider has changed.

    # old
    lifecycles: {page: {}}

    # new
    lifecycles: {page: {result: {get: "/pages/{job_id}/result"}}}

Says: lifecycle "page": `result.endpoint` is new

result-statuses-changed (behaviour): HTTP statuses of a result or a cancellation have another meaning.

Hits: new version.

Why: waits go on where they ended, or end where they went on.

    # old
    lifecycles: {page: {result: {get: "/pages/{job_id}/result", not_ready: [409]}}}

    # new
    lifecycles: {page: {result: {get: "/pages/{job_id}/result", not_ready: [409, 425]}}}

Says: lifecycle "page": `result.not_ready` has 425 now

pages-changed (behaviour): the result comes in pages, or in other ones.

Hits: new version, older versions.

Why: the items of all pages are joined. If the provider has changed, older versions have those of the first page only.

Way out: publish soon if the provider has changed.

    # old
    lifecycles:
      page: {result: {get: "/pages/{job_id}/urls", pages: {list: urls, query: page}}}
    jobs: {page: {result: Hits}}

    # new
    lifecycles:
      page: {result: {get: "/pages/{job_id}/urls", pages: {list: urls, query: number}}}
    jobs: {page: {result: Hits}}

Says: lifecycle "page": `result.pages.query` was "page" and is "number"

retention-fell (behaviour): the provider keeps the result for a shorter time.

Hits: new version, older versions, saved tokens.

Why: who fetches it later than that gets `JobExpired`.

Way out: say in the changelog to fetch results sooner.

    # old
    lifecycles: {page: {result: {get: "/pages/{job_id}/result", retention: 24h}}}

    # new
    lifecycles: {page: {result: {get: "/pages/{job_id}/result", retention: 1h}}}

Says: lifecycle "page": results are kept for 1h, and were kept for 1d

retention-rose (addition): the provider keeps the result for a longer time.

Hits: new version.

Why: it can be fetched later.

    # old
    lifecycles: {page: {result: {get: "/pages/{job_id}/result", retention: 1h}}}

    # new
    lifecycles: {page: {result: {get: "/pages/{job_id}/result", retention: 24h}}}

Says: lifecycle "page": results are kept for 1d, and were kept for 1h
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from bide.differ.differences import Difference, Kind, Path
from bide.differ.said import Judge, Said, owner, seconds, shown
from bide.differ.version import Pair


def _type(found: Difference, pair: Pair) -> Iterator[Said]:
    yield Said("result-type-changed", f'{owner(found.path)}: the result was "{found.old}" and is "{found.new}"')


def _failed(found: Difference, pair: Pair) -> Iterator[Said]:
    if found.old is None:
        yield Said("failed-result-added", f"{owner(found.path)}: a failed job has a result now ({shown(found.new)})")
    else:
        message = f"the result of a failed job was {shown(found.old)} and is {shown(found.new)}"
        yield Said("failed-result-changed", f"{owner(found.path)}: {message}")


def _place(found: Difference, pair: Pair) -> Iterator[Said]:
    yield Said("result-moved", f"{owner(found.path)}: `{'.'.join(found.path[2:])}` {_change(found)}")


def _pages(found: Difference, pair: Pair) -> Iterator[Said]:
    yield Said("pages-changed", f"{owner(found.path)}: `{'.'.join(found.path[2:])}` {_change(found)}")


def _statuses(found: Difference, pair: Pair) -> Iterator[Said]:
    *what, status = (each for each in found.path[2:] if each != "endpoint")
    now = "has" if found.kind is Kind.ADDED else "does not have"
    if found.kind in (Kind.ADDED, Kind.REMOVED):
        yield Said("result-statuses-changed", f"{owner(found.path)}: `{'.'.join(what)}` {now} {status} now")


def _retention(found: Difference, pair: Pair) -> Iterator[Said]:
    old, new = (math.inf if each is None else each for each in (found.old, found.new))
    was, is_ = ("an unknown time" if each is None else seconds(each) for each in (found.old, found.new))
    code = "retention-fell" if new < old else "retention-rose"
    yield Said(code, f"{owner(found.path)}: results are kept for {is_}, and were kept for {was}")


def _change(found: Difference) -> str:
    told = {Kind.ADDED: "is new", Kind.REMOVED: "is gone", Kind.REORDERED: "is in another order"}
    return told.get(found.kind, f"was {shown(found.old)} and is {shown(found.new)}")


RULES: dict[Path, Judge] = {
    ("jobs", "*", "result"): _type,
    ("jobs", "*", "failed_result"): _failed,
    ("lifecycles", "*", "result", "field"): _place,
    ("lifecycles", "*", "result", "endpoint"): _place,
    ("lifecycles", "*", "result", "pages", "..."): _pages,
    ("lifecycles", "*", "result", "retention"): _retention,
    **{("lifecycles", "*", "result", "endpoint", part, "*"): _statuses for part in ("not_ready", "gone", "failed")},
    ("lifecycles", "*", "cancel", "over", "*"): _statuses,
}
