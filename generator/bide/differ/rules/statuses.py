"""What the statuses of a job mean.

status-final-added (addition): a status is new, and final.

Hits: older versions, saved tokens.

Why: older versions do not know that a job with this status is over. They poll it until their deadline and raise
`JobTimeout`; tokens of running jobs are fine with the new version.

Way out: publish soon, and ask users to upgrade before the provider sends the status.

    # old
    lifecycles: {page: {states: {}}}

    # new
    lifecycles: {page: {states: {expired: expired}}}

Says: lifecycle "page": the status "expired" is new and final (expired); versions without it poll such a job until their
deadline

status-added (addition): a status is new, and not final.

Hits: new version.

Why: a client waits through a status that it does not know, so older versions are fine.

    # old
    lifecycles: {page: {states: {}}}

    # new
    lifecycles: {page: {states: {fetching: running}}}

Says: lifecycle "page": the status "fetching" is new (running)

status-final-removed (breaking): a final status is gone.

Hits: new version, saved tokens.

Why: if the provider still sends it, the new version polls such a job until its deadline.

Way out: keep the status, unless the provider says that it never comes.

    # old
    lifecycles: {page: {states: {expired: expired}}}

    # new
    lifecycles: {page: {states: {}}}

Says: lifecycle "page": the status "expired" is gone, and was final (expired); if it still comes, the new version polls
until its deadline

status-removed (behaviour): a status that is not final is gone.

Hits: new version.

Why: if the provider still sends it, it is shown as unknown, and waits go on.

    # old
    lifecycles: {page: {states: {fetching: running}}}

    # new
    lifecycles: {page: {states: {}}}

Says: lifecycle "page": the status "fetching" (running) is gone; if it still comes, it is shown as unknown

status-became-final (breaking): a status that was waited through ends the wait.

Hits: new version, older versions, saved tokens.

Why: waits end earlier than they did. If the provider has changed, older versions poll such jobs until their deadline.

Way out: publish soon if the provider has changed; else take the change back.

    # old
    lifecycles: {page: {states: {stopped: running}}}

    # new
    lifecycles: {page: {states: {stopped: failed}}}

Says: lifecycle "page": the status "stopped" was running and is final now (failed); waits end with it

status-no-longer-final (breaking): a status that ended the wait is waited through.

Hits: new version, older versions, saved tokens.

Why: if the status was the end after all, the new version polls until its deadline. If it never was, older versions have
ended their waits too early.

Way out: name the page that says so as the source.

    # old
    lifecycles: {page: {states: {stopped: failed}}}

    # new
    lifecycles: {page: {states: {stopped: running}}}

Says: lifecycle "page": the status "stopped" was final (failed) and is running now; waits go on after it

status-ends-otherwise (breaking): a final status has another final state.

Hits: new version, saved tokens.

Why: `run` returns where it raised, or raises where it returned, or raises something else.

    # old
    lifecycles: {page: {states: {stopped: failed}}}

    # new
    lifecycles: {page: {states: {stopped: partial}}}

Says: lifecycle "page": a job with the status "stopped" was failed and is partial now

status-state-changed (behaviour): a status that is not final has another state.

Hits: new version.

Why: `job.state` and updates show the other state.

    # old
    lifecycles: {page: {states: {waiting: pending}}}

    # new
    lifecycles: {page: {states: {waiting: running}}}

Says: lifecycle "page": a job with the status "waiting" was pending and is running now

transitions-changed (docs): other statuses may follow a status.

Why: only the simulator and the generated tests use it.

    # old
    lifecycles: {page: {transitions: {queued: [done, failed]}}}

    # new
    lifecycles: {page: {transitions: {queued: [queued, done, failed]}}}

Says: lifecycle "page": other statuses may follow "queued"
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.differ.differences import Difference, Kind
from bide.differ.said import Said, owner
from bide.differ.version import Pair


def _status(found: Difference, pair: Pair) -> Iterator[Said]:
    whose, status = owner(found.path), f'the status "{found.path[3]}"'
    if found.kind is Kind.ADDED:
        if ir.State(found.new).is_final:
            ending = f"is new and final ({found.new}); versions without it poll such a job until their deadline"
            yield Said("status-final-added", f"{whose}: {status} {ending}")
        else:
            yield Said("status-added", f"{whose}: {status} is new ({found.new})")
    elif found.kind is Kind.REMOVED:
        if ir.State(found.old).is_final:
            gone = f"is gone, and was final ({found.old}); if it still comes, the new version polls until its deadline"
            yield Said("status-final-removed", f"{whose}: {status} {gone}")
        else:
            gone = f"({found.old}) is gone; if it still comes, it is shown as unknown"
            yield Said("status-removed", f"{whose}: {status} {gone}")
    else:
        yield _changed(f"{whose}: ", status, ir.State(found.old), ir.State(found.new))


def _changed(whose: str, status: str, old: ir.State, new: ir.State) -> Said:
    match old.is_final, new.is_final:
        case False, True:
            return Said("status-became-final", f"{whose}{status} was {old} and is final now ({new}); waits end with it")
        case True, False:
            gone = f"{whose}{status} was final ({old}) and is {new} now; waits go on after it"
            return Said("status-no-longer-final", gone)
    code = "status-ends-otherwise" if old.is_final else "status-state-changed"
    return Said(code, f"{whose}a job with {status} was {old} and is {new} now")


def _transitions(found: Difference, pair: Pair) -> Iterator[Said]:
    after = f' may follow "{found.path[3]}"' if len(found.path) > 3 else " may follow each other"
    yield Said("transitions-changed", f"{owner(found.path)}: other statuses{after}")


RULES = {
    ("lifecycles", "*", "states", "*"): _status,
    ("lifecycles", "*", "transitions", "..."): _transitions,
}
