"""How one job of a batch ended, as plain JSON values, and back."""

from __future__ import annotations

from typing import Any

import msgspec

from ..errors.client import ClientError, InvalidArgument
from ..errors.own import OwnErrors
from ..http.request import Json
from ..http.scalar import scalar
from ..jobs.kind import JobKind
from ..models.plain import plain
from .error_json import read_error, write_error
from .result_json import read_value, write_value
from .text import as_object, dumps, refuse, typed


class StoredOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of an outcome: all but the handle of the job, of which there is the token."""

    index: int
    input: Json = None
    """The input of the batch as it is in JSON."""
    is_of_handle: bool = False
    """Whether the input of the batch was the handle of the job."""
    tag: str | None = None
    token: str | None = None
    error: ClientError | None = None
    value: Any = msgspec.UNSET
    """The result; unset if there is an error."""


class _Plain(msgspec.Struct, frozen=True, kw_only=True):
    """Its parts that are plain JSON."""

    index: int
    input: Any = None
    is_of_handle: bool = False
    tag: str | None = None
    token: str | None = None


def write_outcome(kind: JobKind[Any, Any], outcome: StoredOutcome) -> dict[str, Json]:
    """An outcome as plain JSON. Raises `InvalidArgument` for an input that JSON cannot hold."""
    found = {"index": outcome.index, "input": _input_of(outcome), "is_of_handle": outcome.is_of_handle}
    found |= {"tag": outcome.tag, "token": outcome.token}
    if outcome.error is not None:
        return {**found, "error": write_error(kind, outcome.error)}
    return {**found, "result": write_value(kind.result, outcome.value)}


def read_outcome(kind: JobKind[Any, Any], own_errors: OwnErrors, value: Json, at: str = ".outcome") -> StoredOutcome:
    """The outcome that `write_outcome` wrote. Raises `InvalidArgument`."""
    stored = as_object(value, at)
    parts: _Plain = typed(_Plain, stored, at)
    more: dict[str, Any] = {name: getattr(parts, name) for name in _Plain.__struct_fields__}
    if ("error" in stored) == ("result" in stored):
        refuse(f"it has not either a result or an error at ${at}")
    if "error" in stored:
        return StoredOutcome(**more, error=read_error(kind, own_errors, stored["error"]))
    return StoredOutcome(**more, value=read_value(kind.result, stored["result"]))


def _input_of(outcome: StoredOutcome) -> Json:
    """The input as the provider gets it; bytes, as of a file, as base64."""
    try:
        found = plain(outcome.input, "input")
        dumps(found)
    except InvalidArgument:
        try:
            found = msgspec.to_builtins(outcome.input, enc_hook=lambda value: scalar(value, "input"))
            dumps(found)
        except (InvalidArgument, TypeError, ValueError, RecursionError) as error:
            said = error.message.removesuffix("; nothing was sent") if isinstance(error, InvalidArgument) else error
            raise InvalidArgument(
                f"the input of this outcome cannot be stored as JSON ({said}): store it with another one, as in "
                "msgspec.structs.replace(outcome, input=None)"
            ) from error
    return found
