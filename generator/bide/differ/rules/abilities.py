"""What a job can do beside being waited for.

cancel-added (addition): a job can be cancelled.

Hits: new version.

Why: its handle has `cancel()`, and waits take `cancel_on_timeout`.

    # old
    lifecycles: {page: {}}

    # new
    lifecycles: {page: {cancel: {post: "/pages/{job_id}/cancel"}}}

Says: lifecycle "page": `cancel` is new

cancel-removed (breaking): a job cannot be cancelled any more.

Hits: new version, money.

Why: `cancel()` raises `AttributeError`, and jobs that nobody waits for run on.

    # old
    lifecycles: {page: {cancel: {post: "/pages/{job_id}/cancel"}}}

    # new
    lifecycles: {page: {}}

Says: lifecycle "page": `cancel` is gone

ability-added (addition): a job tells or can do something more.

Hits: new version.

Why: progress, credits, items that may fail one by one, errors, webhooks or a search for lost submits can be used.

    # old
    lifecycles: {page: {}}

    # new
    lifecycles: {page: {credits: cost}}

Says: lifecycle "page": `credits` is new

ability-removed (breaking): a job does not tell or cannot do something any more.

Hits: new version.

Why: what reads it finds nothing; `failed_items` and webhooks are attributes that go.

    # old
    lifecycles: {page: {credits: cost}}

    # new
    lifecycles: {page: {}}

Says: lifecycle "page": `credits` is gone

ability-changed (behaviour): a job tells or does something in another way.

Hits: new version.

Why: progress, credits, items, errors, webhooks, cancellations or searches are read from other places, or work
otherwise.

    # old
    lifecycles: {page: {credits: cost}}

    # new
    lifecycles: {page: {credits: price}}

Says: lifecycle "page": `credits` was "cost" and is "price"
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.differ.differences import Difference, Kind
from bide.differ.said import Said, owner, shown
from bide.differ.version import Pair


def _ability(found: Difference, pair: Pair) -> Iterator[Said]:
    what = ".".join(each for each in found.path[2:] if each != "endpoint")
    is_there = found.new not in (None, "") and found.kind is not Kind.REMOVED
    was_there = found.old not in (None, "") and found.kind is not Kind.ADDED
    name = "cancel" if what == "cancel" else "ability"
    if not was_there:
        yield Said(f"{name}-added", f"{owner(found.path)}: `{what}` is new")
    elif not is_there:
        yield Said(f"{name}-removed", f"{owner(found.path)}: `{what}` is gone")
    elif found.kind is Kind.REORDERED:
        yield Said("ability-changed", f"{owner(found.path)}: `{what}` is in another order")
    else:
        message = f"`{what}` was {shown(found.old)} and is {shown(found.new)}"
        yield Said("ability-changed", f"{owner(found.path)}: {message}")


RULES = {
    **{("lifecycles", "*", part, "..."): _ability for part in ("progress", "credits", "error", "cancel")},
    **{("jobs", "*", part, "..."): _ability for part in ("items", "webhook", "find")},
}
