"""From the reply of a submit to the record of its job. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, NoReturn, TypeVar

import msgspec

from ...calls.account import Account
from ...calls.link import Link
from ...errors.client import ClientError
from ...errors.decode import DecodeError
from ...http.request import Json, Response
from ...jobs.errors import SubmitUncertain
from ...jobs.kind import JobKind
from ...jobs.record import Record
from ...jobs.state import State
from ...jobs.token import checked_id, is_id
from ...models.codec import decode_reply, follow, json_in
from ...models.lenient import NotJson
from ...models.part import named, part_of
from ..links import checked_values, keep_links, keep_values, needed
from .job_id import IdAt, argument_of, id_in, is_outside_body, place_of_id
from .submission import Submission

S = TypeVar("S")
R = TypeVar("R")


def reads_or_job(
    wanted: Any,
    *,
    status: int,
    kind: JobKind[S, R],
    reply: Any,
    job_id: IdAt = (),
    values: Mapping[str, Json] | None = None,
) -> Callable[[Response], Any]:
    """A reader for an operation that returns either its result or, at HTTP *status*, a job, as its record.

    *wanted* is the type of the result, *reply* that of a reply with a job. *values* are the arguments that later
    requests need. Raises `InvalidArgument` if they cannot have one of them.
    """
    given = checked_values(kind, values or {})
    if argument := argument_of(job_id):
        checked_id(given[argument])

    def read(response: Response) -> Any:
        if response.status != status:
            return decode_reply(wanted, response)
        try:
            body = facts_in(reply, kind, job_id, response)
        except DecodeError as error:
            raise_uncertain(kind, None, error.message, error)
        record = _record_with_id(kind, None, job_id, given, body, response, submitted_at=None, url="")
        record.values = {**needed(kind, given), **record.values}
        return record

    return read


def read_submit(
    account: Account,
    submission: Submission[S, R],
    values: Mapping[str, str],
    key: str | None,
    reply: Response,
    submitted_at: float,
    url: str,
) -> tuple[Record[S, R], object]:
    """The record of the submitted job, and the decoded reply, which came from *url*.

    Raises `ApiError` if the reply reports an error instead of a job, and `SubmitUncertain` if it has no usable id.
    *values* are the arguments that the job needs, and *key* is the idempotency key.
    """
    kind = submission.kind
    try:
        body = facts_in(submission.reply, kind, submission.job_id, reply)
    except DecodeError as error:
        if (refusal := account.error_instead(reply)) is not None:
            raise refusal from error
        raise_uncertain(kind, key, error.message, error)
    if argument_of(submission.job_id) and misfit_in(submission.reply, reply) is not None:
        # The id is known without a reply, and says nothing about what this one is.
        refusal = account.error_instead(reply)
        if refusal is not None:
            raise refusal
    has_id = id_in(kind, submission.job_id, body, reply, url, values) is not None
    if not has_id and (refusal := account.error_instead(reply)) is not None:
        raise refusal
    if not has_id:
        # A job that was done at once needs no id.
        record = _record(kind, None, body, reply, submitted_at=submitted_at)
        if record.snapshot is not None:
            return record, body
    record = _record_with_id(kind, key, submission.job_id, values, body, reply, submitted_at=submitted_at, url=url)
    return record, body


def facts_in(wanted: Any, kind: JobKind[Any, Any], job_id: IdAt, reply: Response) -> Any:
    """The part of a submit reply, of the type *wanted*, that a job needs. Other fields may have any value.

    Raises `DecodeError` if it has no id, and should have one.
    """
    if wanted is NoneType:
        return None
    paths = kind.lifecycle.facts | ({job_id} if isinstance(job_id, tuple) else set())
    try:
        return decode_reply(part_of(wanted, paths), reply)
    except DecodeError as error:
        facts = named(wanted, json_in(reply))
        if is_outside_body(kind, job_id):
            return facts
        if isinstance(error, NotJson) or id_in(kind, job_id, facts, reply, "", {}) is None:
            raise
        return facts


def misfit_in(wanted: Any, reply: Response) -> DecodeError | None:
    """The first field of a submit reply that does not match the spec."""
    try:
        _ = None if wanted is NoneType else decode_reply(wanted, reply)
    except DecodeError as error:
        return error
    return None


def raise_uncertain(
    kind: JobKind[Any, Any],
    key: str | None,
    why: str,
    cause: ClientError | None,
    known: Record[Any, Any] | None = None,
) -> NoReturn:
    """Raise `SubmitUncertain` with advice. *known* is the job, if its id was an argument."""
    poll = kind.lifecycle.poll
    can_be_polled = known is not None and (not isinstance(poll, Link) or bool(poll.path))
    what_now = (
        f"submit again with idempotency_key={key!r}, which creates no second job"
        if key is not None
        else (
            "resume(error.token).poll() shows whether it exists"
            if can_be_polled
            else "check the provider's dashboard before you submit again, or you may pay twice"
        )
    )
    message = f"the {kind.name} job may or may not have been created: {why}; {what_now}"
    uncertain = SubmitUncertain(message, idempotency_key=key)
    if known is not None and can_be_polled:
        uncertain.about(known.id, known.token)
    raise uncertain from cause


def _record_with_id(
    kind: JobKind[S, R],
    key: str | None,
    at: IdAt,
    values: Mapping[str, str],
    body: object,
    reply: Response,
    *,
    submitted_at: float | None,
    url: str,
) -> Record[S, R]:
    """The record of a job that can be polled. Raises `SubmitUncertain` if the reply has no id or no link."""
    job_id, poll = id_in(kind, at, body, reply, url, values), kind.lifecycle.poll
    if not is_id(job_id):
        raise_uncertain(kind, key, f"the reply has no usable job id ({place_of_id(kind, at)} is {job_id!r})", None)
    try:
        record = _record(kind, job_id, body, reply, submitted_at=submitted_at, url=url, id_at=at)
    except DecodeError as error:
        raise_uncertain(kind, key, error.message, error)
    if isinstance(poll, Link) and not poll.path and not record.is_settled and "poll" not in record.links:
        raise_uncertain(kind, key, f"the reply has no link to poll job {job_id} ({poll.place} is missing)", None)
    return record


def _record(
    kind: JobKind[S, R],
    job_id: str | None,
    body: object,
    reply: Response,
    *,
    submitted_at: float | None,
    url: str = "",
    id_at: IdAt = (),
) -> Record[S, R]:
    """The record of the job in *reply*, which was decoded as *body*. Raises `DecodeError` if its links are too long."""
    record = Record(kind, job_id, submitted_at=submitted_at)
    if kind.lifecycle.values:
        keep_values(record, reply, model=body)
    _note_state(record, body, reply)
    keep_links(record, reply, url, is_submit=True, id_at=id_at)
    return record


def _note_state(record: Record[S, R], body: object, reply: Response) -> None:
    kind = record.kind
    reading = kind.lifecycle.read(body)
    if reading.status is None:
        return
    snapshot: S | msgspec.UnsetType = msgspec.UNSET
    if reading.state.is_final:
        # The job is done. If the reply has all that a poll would return, no poll is needed.
        try:
            found = decode_reply(kind.snapshot, reply)
            if kind.lifecycle.values_for_result <= record.values.keys() and _is_complete(kind, found, reply):
                snapshot, reading = found, kind.lifecycle.read(found)
        except DecodeError:
            pass
    record.note_reading(reading, snapshot, reply)


def _is_complete(kind: JobKind[S, R], snapshot: S, reply: Response) -> bool:
    """Whether a poll would add nothing to a final snapshot: it has the result, or the reason why there is none."""
    lifecycle = kind.lifecycle
    reading = lifecycle.read(snapshot)
    if not reading.state.has_result:
        spec_has_reasons = bool(lifecycle.error_message or lifecycle.error_code)
        has_reason = lifecycle.error_in(snapshot) != (None, None)
        return has_reason or not spec_has_reasons or reading.state is not State.FAILED
    if lifecycle.result == ():
        decode_reply(kind.result, reply)
    return not isinstance(lifecycle.result, tuple) or follow(snapshot, lifecycle.result) is not None
