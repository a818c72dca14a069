"""Errors as JSON and back: every class, every attribute, no secret."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import bide_runtime
import pytest
from bide_runtime.errors.client import ClientError, InvalidArgument
from bide_runtime.errors.decode import DecodeError
from bide_runtime.errors.own import OwnErrors
from bide_runtime.errors.stream import StreamFailed
from bide_runtime.errors.transport import ConnectionFailed, TransportError
from bide_runtime.http.errors import ApiError, NotFound
from bide_runtime.http.request import Response
from bide_runtime.http.statuses import Arrival
from bide_runtime.jobs.errors import JobError, JobFailed, JobTimeout, SubmitUncertain
from bide_runtime.jobs.snapshot import Snapshot
from bide_runtime.jobs.state import State
from bide_runtime.models.lenient import NotJson
from bide_runtime.steps.error_json import CLASSES, attributes_of, read_error, write_error
from bide_runtime.steps.text import dumps, loads
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import PART, Page, Report, kind
from tests.runtime.fakes import Reply, cut_off, script, unreachable
from tests.runtime.storms import Storm, rule, storms
from tests.runtime.world import BROKEN, MODES, RUNNING, TICKET, Mode, World, error

PUBLIC = sorted(
    (
        cls
        for name in bide_runtime.__all__
        if inspect.isclass(cls := getattr(bide_runtime, name)) and issubclass(cls, Exception)
    ),
    key=lambda cls: str(cls.__name__),
)
"""Every public exception class, so that a new one cannot be forgotten."""

REPLY = Response(status=404, headers={"x-request-id": "r1"}, body=b'{"error": {"code": "gone"}}')
SNAPSHOT: Snapshot[Any] = Snapshot(
    "j1",
    "running",
    State.RUNNING,
    Response(status=200, headers={}, body=b'{"status": "running", "done": 1, "total": 4}'),
    Report,
    PART.lifecycle,
    {"status": "running", "done": 1, "total": 4},
)
TEXTS = {"code": "c", "reason": "r", "status": "broken", "advice": "wait", "path": "$.x", "request_id": "r1"}
VALUES: dict[str, Any] = {
    **TEXTS,
    "response": REPLY,
    "snapshot": SNAPSHOT,
    "body": {"error": {"code": "gone"}},
    "event": {"a": [1, None]},
    "retry_after": 2.5,
    "arrival": Arrival.UNKNOWN,
    "transient_error": ConnectionFailed("lost"),
    "idempotency_key": "k",
    "reference": "r",
    "may_have_arrived": True,
}


def made(cls: type[ClientError]) -> ClientError:
    """An instance with all arguments that its class takes."""
    names = list(inspect.signature(cls.__init__).parameters)[2:]
    given = {name: VALUES[name] for name in names}
    if issubclass(cls, DecodeError):
        given["body"] = b'{"x": \xff'
    found = cls("what happened", **given)
    found.about("j1", "a token")
    return found


def again(error: ClientError, own_errors: OwnErrors | None = None, of: Any = PART) -> ClientError:
    """The error, written as text and read."""
    return read_error(of, own_errors or OwnErrors(), loads(dumps(write_error(of, error))))


def told(value: Any) -> Any:
    """What two errors must have in common in an attribute."""
    if isinstance(value, Snapshot):
        try:
            body = value.body
        except DecodeError as misfit:
            body = str(misfit)
        more = (value.progress, value.error_code, value.error_message, value.credits)
        return (value.job_id, value.status, value.state, value.reply, body, more)
    return all_of(value) if isinstance(value, ClientError) else value


def all_of(error: ClientError) -> dict[str, Any]:
    """Everything that an error says."""
    found = {name: told(value) for name, value in vars(error).items()}
    found |= {name: told(getattr(error, name)) for name in attributes_of(type(error))}
    found |= {"text": str(error), "may": error.job_may_exist}
    return {**found, "cause": told(error.__cause__) if isinstance(error.__cause__, ClientError) else None}


@pytest.mark.parametrize("cls", PUBLIC, ids=lambda cls: str(cls.__name__))
def test_every_class_comes_back(cls: type[ClientError]) -> None:
    """With the same class, text and attributes."""
    error = made(cls)
    other = again(error)

    assert type(other) is cls
    assert all_of(error) == all_of(other)
    assert vars(error).keys() - {"arrival"} <= attributes_of(cls).keys()
    assert CLASSES[cls.__name__] is cls


@pytest.mark.parametrize("cls", PUBLIC, ids=lambda cls: str(cls.__name__))
def test_every_class_can_be_read_without_its_kind(cls: type[ClientError]) -> None:
    """For a tool that has only the file: replies and results are plain JSON then."""
    other = again(made(cls), of=None)

    assert type(other) is cls
    if isinstance(other, JobError) and other.snapshot is not None:
        assert other.snapshot.body == {"status": "running", "done": 1, "total": 4}
        assert other.snapshot.progress is None


def test_the_snapshot_of_an_error_is_typed_again() -> None:
    """Its body, progress and error are read from its reply."""
    other = again(JobTimeout("t", snapshot=SNAPSHOT))

    assert isinstance(other, JobTimeout)
    assert other.snapshot is not None
    assert isinstance(other.snapshot.body, Report)
    assert other.snapshot.progress is not None
    assert 0.25 == other.snapshot.progress.share


def test_the_result_of_a_failed_job_is_typed_again() -> None:
    """By the kind; a package's own class is found by its name."""

    class PartFailed(JobFailed):
        """The package's own."""

    of = kind("part", Page, result=("page",), failed_result=Page)
    failed = PartFailed("f")
    failed.result = Page(text="remains")

    own = again(failed, OwnErrors({"PartFailed": PartFailed}), of)
    assert isinstance(own, PartFailed)
    assert Page(text="remains") == own.result
    other = again(failed, of=of)
    assert type(other) is JobFailed
    assert Page(text="remains") == other.result


def test_the_own_class_of_a_package_comes_back() -> None:
    """Also for the errors inside of an error."""

    class AcmeError(ClientError):
        """The base."""

    class OwnTransportError(AcmeError, TransportError):
        """The package's own."""

    class OwnLost(OwnTransportError, ConnectionFailed):
        """The package's own."""

    OwnLost.__name__ = "ConnectionFailed"
    own = OwnErrors({"ConnectionFailed": OwnLost})
    error = JobTimeout("t", transient_error=own.of(ConnectionFailed("lost")))
    error.__cause__ = error.transient_error

    other = again(error, own)
    assert isinstance(other, JobTimeout)
    assert type(other.transient_error) is OwnLost
    assert other.__cause__ is other.transient_error
    plain = again(error)
    assert isinstance(plain, JobTimeout)
    assert type(plain.transient_error) is ConnectionFailed


def test_causes_and_notes_come_back() -> None:
    """A cause of ours with all that it has, any other as the name of its class: its text may have a key in it."""
    error = SubmitUncertain("u")
    error.__cause__ = ConnectionFailed("lost")
    error.__cause__.__cause__ = OSError("https://api.example/?key=sk-1")
    error.add_note("in line 7 of the list")

    other = again(error)
    assert isinstance(other.__cause__, ConnectionFailed)
    assert "builtins.OSError" == str(other.__cause__.__cause__)
    assert ["in line 7 of the list"] == other.__notes__
    assert b"sk-1" not in dumps(write_error(PART, error))


def test_causes_are_kept_to_a_depth() -> None:
    """A chain that is longer, or a circle, is cut."""
    error = ClientError("again")
    error.__cause__ = error

    other: Any = again(error)
    for _ in range(7):
        other = other.__cause__
        assert isinstance(other, ClientError)
    assert type(other.__cause__) is Exception


def test_a_private_class_comes_back_as_the_public_one() -> None:
    """A reply that was cut is a `DecodeError`."""
    assert type(again(NotJson("n", path="$", body=b"{"))) is DecodeError


def test_a_class_of_a_later_version_comes_back_as_its_base() -> None:
    """The first class that is known counts."""
    stored = write_error(PART, NotFound("n", response=REPLY))
    stored["class"] = ["NotFoundByName", "NotFound", "ApiError"]

    assert type(read_error(PART, OwnErrors(), stored)) is NotFound


def test_an_event_is_plain_json() -> None:
    """The event of a failed stream belongs to no job, so its type is not known."""
    other = again(StreamFailed("s", event=Page(text="x")))

    assert isinstance(other, StreamFailed)
    assert {"text": "x"} == other.event


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda stored: stored.pop("response"), "missing required field `response` at \\$.error"),
        (lambda stored: stored.update({"class": ["Nothing"]}), "no class of errors .* at \\$.error.class"),
        (lambda stored: stored.update({"class": "NotFound"}), "Expected `array`, got `str` at \\$.error.class"),
        (lambda stored: stored.update(message=5), "Expected `str`, got `int` at \\$.error.message"),
        (lambda stored: stored.update(cause=[]), "Expected `object`, got `list` at \\$.error.cause"),
        (
            lambda stored: stored["response"].update(status="x"),
            "Expected `int`, got `str` at \\$.error.response.status",
        ),
    ],
    ids=["missing", "class", "classes", "type", "cause", "inside"],
)
def test_what_is_wrong_with_an_error_is_told(change: Callable[[Any], Any], why: str) -> None:
    """With the place."""
    stored = write_error(PART, ApiErrorOf404)
    change(stored)

    with pytest.raises(InvalidArgument, match=f"this stored text cannot be used: .*{why}"):
        read_error(PART, OwnErrors(), stored)


ApiErrorOf404 = NotFound("n", response=REPLY)


def test_nesting_is_bounded() -> None:
    """A text that nests errors without end is refused."""
    stored: Any = write_error(PART, ClientError("x"))
    for _ in range(9):
        stored = {**write_error(PART, ClientError("x")), "cause": stored}

    with pytest.raises(InvalidArgument, match="nested too deeply"):
        read_error(PART, OwnErrors(), stored)


@rule
@given(storms(), st.sampled_from(MODES))
def test_every_error_of_a_wait_comes_back(storm: Storm, mode: Mode) -> None:
    """Whatever the provider sends."""
    world, came = storm.run(mode)
    if isinstance(came, ClientError):
        jobs = world.jobs(storm.of)
        assert all_of(came) == all_of(jobs.error_from_json(jobs.error_to_json(came)))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "replies",
    [[cut_off()], [unreachable()], [error(401)], [TICKET, error(403)], [TICKET, RUNNING], [TICKET, BROKEN]],
    ids=["uncertain", "unreachable", "401", "403", "timeout", "failed"],
)
def test_no_secret_is_in_it(mode: Mode, replies: list[Reply]) -> None:
    """A stored error has no key, and no header of a request."""
    world = World(mode, script(*replies), max_retries=0)
    jobs = world.jobs(PART)
    with pytest.raises(ClientError) as caught:
        world.do(jobs.run(url="x", timeout=5))
    text = jobs.error_to_json(caught.value)

    assert "sk-acme" not in text
    assert "user-agent" not in text.lower()
    assert isinstance(caught.value, ApiError | JobError | TransportError)
