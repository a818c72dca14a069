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
from ...errors.own import OwnErrors
from ...http.request import Json, Response
from ...jobs.errors import SubmitUncertain
from ...jobs.kind import JobKind
from ...jobs.reading import Reading
from ...jobs.record import Record
from ...jobs.requests.submit_at import IdAt
from ...jobs.state import State
from ...jobs.token import checked_id, is_id
from ...models.codec import decode_reply, follow, json_in
from ...models.lenient import NotJson
from ...models.part import named, part_of
from ..links import checked_values, keep_links, keep_values, needed
from ..poll import reading_in
from .job_id import argument_of, id_in, is_outside_body, place_of_id
from .reference import reference_of
from .submission import Submission

S = TypeVar("S")
R = TypeVar("R")

_PLAIN_ERRORS = OwnErrors()


class SubmitReply(msgspec.Struct, frozen=True, kw_only=True):
    """The reply to a submit: what it says of the job, whatever else is in it."""

    response: Response
    url: str
    wanted: Any
    """Its type."""
    facts: Any = None
    """The decoded reply; if it does not match its type, its values by attribute names."""
    misfit: DecodeError | None = None
    """The first field that does not match."""
    own_errors: OwnErrors = _PLAIN_ERRORS
    """The exceptions of the package."""


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
            found = _read(reply, kind, job_id, response, "")
        except DecodeError as error:
            raise_uncertain(kind, None, error.message, error)
        record = _record_with_id(kind, None, job_id, given, found, submitted_at=None)
        record.values = {**needed(kind, given), **record.values}
        return record

    return read


def read_submit(
    account: Account,
    submission: Submission[S, R],
    values: Mapping[str, str],
    key: str | None,
    response: Response,
    submitted_at: float,
    url: str,
) -> tuple[Record[S, R], SubmitReply]:
    """The record of the submitted job, and what the reply, which came from *url*, says.

    Raises `ApiError` if the reply reports an error instead of a job, and `SubmitUncertain` if it has no usable id.
    *values* are the arguments that the job needs, and *key* is the idempotency key.
    """
    kind, at = submission.kind, submission.kind.submit.job_id
    try:
        reply = _read(kind.submit.reply, kind, at, response, url, account.provider.own_errors)
    except DecodeError as error:
        if (refusal := account.error_instead(response)) is not None:
            raise refusal from error
        raise_uncertain(kind, key, error.message, error, reference=reference_of(kind, values))
    has_id = id_in(kind, at, reply.facts, response, url, values) is not None
    # An id that is an argument says nothing about what the reply is.
    is_in_doubt = not has_id or (argument_of(at) and reply.misfit is not None)
    if is_in_doubt and (refusal := account.error_instead(response)) is not None:
        raise refusal
    if not has_id:
        # A job that was done at once needs no id.
        record = _record(kind, None, reply, submitted_at=submitted_at)
        if record.snapshot is not None:
            return record, reply
    return _record_with_id(kind, key, at, values, reply, submitted_at=submitted_at), reply


def _read(
    wanted: Any,
    kind: JobKind[Any, Any],
    job_id: IdAt,
    response: Response,
    url: str,
    own_errors: OwnErrors = _PLAIN_ERRORS,
) -> SubmitReply:
    """Read a reply of the type *wanted*. Raises `DecodeError` if it does not match, and has no id in it."""
    facts, misfit = None, None
    if wanted is not NoneType:
        try:
            facts = decode_reply(wanted, response)
        except DecodeError as error:
            facts, misfit = named(wanted, json_in(response)), error
            is_cut = isinstance(error, NotJson)
            if not is_outside_body(kind, job_id) and (is_cut or id_in(kind, job_id, facts, response, "", {}) is None):
                raise
    return SubmitReply(response=response, url=url, wanted=wanted, facts=facts, misfit=misfit, own_errors=own_errors)


def raise_uncertain(
    kind: JobKind[Any, Any],
    key: str | None,
    why: str,
    cause: ClientError | None,
    known: Record[Any, Any] | None = None,
    reference: str | None = None,
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
            else (
                f"find(prepare(...)), with the same arguments and {at.argument} {reference!r}, shows whether it exists"
                if reference is not None and (at := kind.submit.find) is not None
                else "check the provider's dashboard before you submit again, or you may pay twice"
            )
        )
    )
    message = f"the {kind.name} job may or may not have been created: {why}; {what_now}"
    uncertain = SubmitUncertain(message, idempotency_key=key, reference=reference)
    if known is not None and can_be_polled:
        uncertain.about(known.id, known.token)
    raise uncertain from cause


def _record_with_id(
    kind: JobKind[S, R],
    key: str | None,
    at: IdAt,
    values: Mapping[str, str],
    reply: SubmitReply,
    *,
    submitted_at: float | None,
) -> Record[S, R]:
    """The record of a job that can be polled. Raises `SubmitUncertain` if the reply has no id or no link."""
    job_id, poll = id_in(kind, at, reply.facts, reply.response, reply.url, values), kind.lifecycle.poll
    reference = reference_of(kind, values)
    if not is_id(job_id):
        why = f"the reply has no usable job id ({place_of_id(kind, at)} is {job_id!r})"
        raise_uncertain(kind, key, why, None, reference=reference)
    try:
        record = _record(kind, job_id, reply, submitted_at=submitted_at, id_at=at)
    except DecodeError as error:
        raise_uncertain(kind, key, error.message, error, reference=reference)
    if isinstance(poll, Link) and not poll.path and not record.is_settled and "poll" not in record.links:
        why = f"the reply has no link to poll job {job_id} ({poll.place} is missing)"
        raise_uncertain(kind, key, why, None, reference=reference)
    return record


def _record(
    kind: JobKind[S, R], job_id: str | None, reply: SubmitReply, *, submitted_at: float | None, id_at: IdAt = ()
) -> Record[S, R]:
    """The record of the job in a reply. Raises `DecodeError` if its links are too long."""
    record = Record(kind, job_id, submitted_at=submitted_at)
    if kind.lifecycle.values:
        keep_values(record, reply.response, wanted=reply.wanted)
    _note_state(record, reply)
    keep_links(record, reply.response, reply.url, is_submit=True, id_at=id_at)
    return record


def _note_state(record: Record[S, R], reply: SubmitReply) -> None:
    kind = record.kind
    reading = kind.lifecycle.read(reply.facts)
    if reading.status is None:
        return
    told: object = msgspec.UNSET
    if reading.state.is_final and kind.lifecycle.values_for_result <= record.values.keys():
        # The job is done. If the reply has all that a poll would return, no poll is needed.
        try:
            polled, found = reading_in(kind, reply.response)
            if _is_complete(kind, polled, found, reply.response):
                reading, told = polled, found
        except DecodeError:
            pass
    record.note_reading(reading, told, reply.response, own_errors=reply.own_errors)


def _is_complete(kind: JobKind[S, R], reading: Reading, facts: Any, reply: Response) -> bool:
    """Whether a poll would add nothing to a final reply: it has the result, or the reason why there is none.

    Raises `DecodeError` if the result does not match the spec.
    """
    lifecycle = kind.lifecycle
    if not reading.state.has_result:
        spec_has_reasons = bool(lifecycle.error_message or lifecycle.error_code)
        has_reason = lifecycle.error_in(facts) != (None, None)
        return has_reason or not spec_has_reasons or reading.state is not State.FAILED
    if not isinstance(lifecycle.result, tuple):
        return True
    if not lifecycle.result:
        decode_reply(kind.result, reply)
        return True
    part = part_of(kind.snapshot, frozenset({lifecycle.result}))
    return follow(decode_reply(part, reply), lifecycle.result) is not None
