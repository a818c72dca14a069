"""Jobs that come and go, and their ids.

job-added (addition): there is a new job.

Hits: new version.

Why: it can be used.

    # old
    jobs: {}

    # new
    jobs: {scan: {submit: {post: /scans, returns: Page, job_id: id}, lifecycle: page, snapshot: Page, result: Page}}

Says: the job "scan" is new

job-removed (breaking): a job is gone.

Hits: new version, saved tokens.

Why: calls raise `AttributeError`, and saved tokens `InvalidToken`.

Way out: keep the job with `deprecated`, as long as the provider has it.

    # old
    jobs: {scan: {submit: {post: /scans, returns: Page, job_id: id}, lifecycle: page, snapshot: Page, result: Page}}

    # new
    jobs: {}

Says: the job "scan" is gone; its saved tokens cannot be read any more

job-renamed (breaking): a job has another name.

Hits: new version, saved tokens.

Why: calls raise `AttributeError`, and saved tokens `InvalidToken`, because a token belongs to a job by name.

Way out: keep the name, or keep the old job beside the new one with `deprecated`.

    # old
    jobs: {scan: {submit: {post: /scans, returns: Page, job_id: id}, lifecycle: page, snapshot: Page, result: Page}}

    # new
    jobs: {look: {submit: {post: /scans, returns: Page, job_id: id}, lifecycle: page, snapshot: Page, result: Page}}

Says: the job "scan" is called "look" now; its saved tokens cannot be read any more

lifecycle-of-job-changed (breaking): a job has another lifecycle.

Hits: new version, older versions, saved tokens.

Why: it is polled elsewhere, and its statuses mean what the other lifecycle says.

Way out: poll a running job at both addresses, and say so in the changelog if the old one is gone.

    # old
    jobs: {page: {lifecycle: page}}
    lifecycles:
      quick: {poll: {get: "/quick/{job_id}"}, status: status, states: {done: succeeded, failed: failed}}

    # new
    jobs: {page: {lifecycle: quick}}
    lifecycles:
      quick: {poll: {get: "/quick/{job_id}"}, status: status, states: {done: succeeded, failed: failed}}

Says: job "page": its lifecycle is "quick", and was "page"; its running jobs are polled by the new one

lifecycle-changed (docs): a lifecycle is new, gone, or has another name.

Why: a lifecycle has no name in Python. What changes for a job that has it is reported for the job.

    # old
    lifecycles: {}

    # new
    lifecycles:
      quick: {poll: {get: "/quick/{job_id}"}, status: status, states: {done: succeeded, failed: failed}}

Says: the lifecycle "quick" is new

id-moved (breaking): the id of a job is taken from another place.

Hits: new version, older versions, saved tokens.

Why: tokens and stored ids hold the other id. If the provider has changed, older versions raise `SubmitUncertain` for
jobs that exist.

Way out: check that the provider takes both ids; publish soon.

    # old
    jobs: {page: {submit: {job_id: id}}}

    # new
    jobs: {page: {submit: {job_id: phase}}}

Says: job "page": the id is taken from `phase`, and was taken from `id`; stored ids may not fit
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.differ.differences import Difference, Kind
from bide.differ.said import Said, owner
from bide.differ.version import Pair


def _job(found: Difference, pair: Pair) -> Iterator[Said]:
    lost = "its saved tokens cannot be read any more"
    if found.kind is Kind.ADDED:
        yield Said("job-added", f'the job "{found.path[1]}" is new')
    elif found.kind is Kind.REMOVED:
        yield Said("job-removed", f'the job "{found.path[1]}" is gone; {lost}')
    elif found.kind is Kind.RENAMED:
        yield Said("job-renamed", f'the job "{found.old}" is called "{found.new}" now; {lost}')


def _named(found: Difference, pair: Pair) -> Iterator[Said]:
    told = {Kind.ADDED: "is new", Kind.REMOVED: "is gone", Kind.RENAMED: f'is called "{found.new}" now'}
    if found.kind in told:
        yield Said("lifecycle-changed", f'the lifecycle "{found.old_path[1]}" {told[found.kind]}')


def _lifecycle(found: Difference, pair: Pair) -> Iterator[Said]:
    message = f'its lifecycle is "{found.new}", and was "{found.old}"; its running jobs are polled by the new one'
    yield Said("lifecycle-of-job-changed", f"{owner(found.path)}: {message}")


def _id(found: Difference, pair: Pair) -> Iterator[Said]:
    message = f"the id is taken from {found.new}, and was taken from {found.old}; stored ids may not fit"
    yield Said("id-moved", f"{owner(found.path)}: {message}")


RULES = {
    ("jobs", "*"): _job,
    ("lifecycles", "*"): _named,
    ("jobs", "*", "lifecycle"): _lifecycle,
    ("jobs", "*", "job_id"): _id,
    ("operations", "*", "replies", "*", "job_id"): _id,
}
