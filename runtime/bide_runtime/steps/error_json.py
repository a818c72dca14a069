"""An error as plain JSON values, and back: of any class, with all its attributes.

No secret is in it: of a request nothing is kept, and of an error that is not ours only the name of its class. Headers
and bodies of replies are kept as they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from ..errors import client, decode, ledger, stream, transport
from ..errors.client import ClientError
from ..errors.decode import DecodeError
from ..errors.own import OwnErrors
from ..errors.stream import StreamFailed
from ..http import errors as http_errors
from ..http.errors import ApiError
from ..http.request import Json, Response
from ..jobs import errors as job_errors
from ..jobs.errors import JobError, JobFailed, JobTimeout, SubmitUncertain
from ..jobs.kind import JobKind
from ..jobs.snapshot import Snapshot
from ..models.codec import json_in
from .result_json import read_value, write_value
from .snapshot_json import read_snapshot, write_snapshot
from .text import as_object, refuse, typed

Kind: TypeAlias = JobKind[Any, Any] | None

MAX_CAUSES = 8
"""How many errors deep causes are kept."""

ATTRIBUTES: Mapping[type[ClientError], Mapping[str, Any]] = {
    ClientError: {"message": str, "job_id": str | None, "token": str | None, "may_have_arrived": bool},
    DecodeError: {"path": str, "body": bytes},
    StreamFailed: {"event": Any},
    ApiError: {
        "response": Response,
        "status": int,
        "code": str | None,
        "request_id": str | None,
        "body": Any,
        "retry_after": float,
        "is_transient": bool,
        "is_not_processed": bool,
    },
    JobError: {"snapshot": Snapshot, "status": str | None, "code": str | None, "reason": str | None},
    JobFailed: {"result": Any},
    JobTimeout: {"transient_error": ClientError, "advice": str},
    SubmitUncertain: {"idempotency_key": str | None, "reference": str | None},
}
"""The attributes that each class adds, with their types."""

CLASSES: Mapping[str, type[ClientError]] = {
    name: cls
    for module in (client, decode, ledger, stream, transport, http_errors, job_errors)
    for name, cls in vars(module).items()
    if isinstance(cls, type) and issubclass(cls, ClientError)
}
"""The classes of the runtime by name."""


def write_error(kind: Kind, error: ClientError) -> dict[str, Json]:
    """An error as plain JSON. Without a kind, the result of a failed job may come back as it is in JSON."""
    return _written(kind, error, MAX_CAUSES)


def read_error(kind: Kind, own_errors: OwnErrors, value: Json) -> ClientError:
    """The error that `write_error` wrote, of the package's own class: the first of its classes that is known.

    Without a kind, the bodies of snapshots and the results of failed jobs are plain JSON. Raises `InvalidArgument`.
    """
    return _Reader(kind, own_errors).error(value, ".error", MAX_CAUSES)


def attributes_of(cls: type[ClientError]) -> dict[str, Any]:
    """The attributes of a class, with those of its bases."""
    return {
        name: wanted for base, added in ATTRIBUTES.items() if issubclass(cls, base) for name, wanted in added.items()
    }


def _written(kind: Kind, error: ClientError, depth: int) -> dict[str, Json]:
    names = [cls.__name__ for cls in type(error).__mro__ if issubclass(cls, ClientError)]
    found: dict[str, Json] = {"class": list(dict.fromkeys(names))}
    for name, wanted in attributes_of(type(error)).items():
        value = getattr(error, name)
        if value is None or _is_told_by_reply(error, name, value):
            continue
        if isinstance(value, Snapshot):
            found[name] = write_snapshot(value)
        elif isinstance(value, ClientError):
            if depth > 1:
                found[name] = _written(kind, value, depth - 1)
        elif name == "result" and kind is not None and kind.failed_result is not None:
            found[name] = write_value(kind.failed_result, value)
        else:
            found[name] = write_value(wanted, value)
    if notes := [note for note in getattr(error, "__notes__", ()) if isinstance(note, str)]:
        found["notes"] = notes
    cause = error.__cause__
    if cause is not None and cause is getattr(error, "transient_error", None):
        found["is_caused_by_transient_error"] = True
    elif isinstance(cause, ClientError) and depth > 1:
        found["cause"] = _written(kind, cause, depth - 1)
    elif cause is not None:
        # Its text may have a URL with the key in it.
        found["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    return found


def _is_told_by_reply(error: ClientError, name: str, value: Any) -> bool:
    """Whether an attribute of an `ApiError` follows from its reply."""
    if not isinstance(error, ApiError) or name not in _OF_REPLY:
        return False
    return bool(value == (error.response.status if name == "status" else _body_of(error.response)))


def _body_of(reply: Response) -> Json:
    body = json_in(reply)
    return reply.body if body is None else body


class _Reader:
    """Reads an error, and those in it."""

    def __init__(self, kind: Kind, own_errors: OwnErrors) -> None:
        self._kind = kind
        self._own_errors = own_errors

    def error(self, value: Json, at: str, depth: int) -> ClientError:
        if depth < 1:
            refuse(f"it is nested too deeply at ${at}")
        stored = as_object(value, at)
        cls = self._class_of(typed(list[str], stored.get("class"), f"{at}.class"), at)
        found: dict[str, Any] = {}
        for name, wanted in attributes_of(cls).items():
            if name in stored and stored[name] is not None:
                found[name] = self._attribute(name, wanted, stored[name], f"{at}.{name}", depth)
            elif _may_be_missing(cls, name, wanted):
                found[name] = None
            else:
                refuse(f"Object missing required field `{name}` at ${at}")
        if issubclass(cls, ApiError):
            found["status"] = found["response"].status
            if "body" not in stored:
                found["body"] = _body_of(found["response"])
        error = cls.__new__(cls, found["message"])
        vars(error).update({name: item for name, item in found.items() if item != getattr(cls, name, _UNSET)})
        for note in typed(list[str], stored.get("notes", []), f"{at}.notes"):
            error.add_note(note)
        self._set_cause(error, stored, at, depth)
        return error

    def _class_of(self, names: list[str], at: str) -> type[ClientError]:
        known = (self._own_errors.named(name) or CLASSES.get(name) for name in names)
        found = next(filter(None, known), None)
        if found is None:
            refuse(f"it names no class of errors that this package has, at ${at}.class")
        return found

    def _attribute(self, name: str, wanted: Any, value: Json, at: str, depth: int) -> Any:
        if wanted is Snapshot:
            return read_snapshot(self._kind, self._own_errors, value, at)
        if wanted is ClientError:
            return self.error(value, at, depth - 1)
        if name == "result" and self._kind is not None and self._kind.failed_result is not None:
            return read_value(self._kind.failed_result, value)
        return typed(wanted, value, at)

    def _set_cause(self, error: ClientError, stored: Mapping[str, Json], at: str, depth: int) -> None:
        cause = stored.get("cause")
        if stored.get("is_caused_by_transient_error") is True:
            error.__cause__ = getattr(error, "transient_error", None)
        elif isinstance(cause, str):
            error.__cause__ = Exception(cause)
        elif cause is not None:
            error.__cause__ = self.error(cause, f"{at}.cause", depth - 1)


_UNSET = object()
_OF_REPLY = ("status", "body")
"""Attributes of an `ApiError` that follow from its reply."""


def _may_be_missing(cls: type[ClientError], name: str, wanted: Any) -> bool:
    if issubclass(cls, ApiError) and name in _OF_REPLY:
        return True
    return wanted in (Any, Snapshot, ClientError) or isinstance(None, wanted)
