"""Exceptions: their data, their secrets, and that no other kind is raised."""

from __future__ import annotations

import copy
import inspect
import logging
import pickle
from collections.abc import Callable
from typing import Any

import bide_runtime
import pytest
from bide_runtime.calls.call import Call, reads
from bide_runtime.errors.client import ClientClosed, ClientError, ConfigurationError, InvalidArgument, InvalidToken
from bide_runtime.errors.decode import DecodeError
from bide_runtime.errors.stream import StreamFailed
from bide_runtime.errors.transport import ConnectionFailed
from bide_runtime.http.errors import (
    ApiError,
    AuthenticationError,
    BadRequest,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    api_error_class,
)
from bide_runtime.http.request import Response
from bide_runtime.jobs.errors import JobFailed, JobTimeout, SubmitUncertain
from bide_runtime.models.lenient import NotJson
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import APART, KEY, OTHER, PART, Page, kind
from tests.runtime.fakes import Reply, cut_off, script, unreachable
from tests.runtime.storms import Storm, outcome, replies, rule, storms
from tests.runtime.world import BROKEN, CUT, DONE, MODES, RUNNING, TICKET, Mode, World, error, served

CLASSES = [
    cls
    for name in bide_runtime.__all__
    if inspect.isclass(cls := getattr(bide_runtime, name)) and issubclass(cls, Exception)
]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: str(cls.__name__))
def test_every_exception_has_one_base(cls: type[Exception]) -> None:
    """Catching the base of a package catches every exception of it."""
    assert issubclass(cls, ClientError)
    assert cls.__doc__


@pytest.mark.parametrize("cls", [InvalidArgument, InvalidToken])
def test_wrong_arguments_are_value_errors(cls: type[Exception]) -> None:
    """They can be caught as `ValueError` too."""
    assert issubclass(cls, ValueError)


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (401, AuthenticationError),
        (404, NotFound),
        (429, RateLimited),
        (500, ServerError),
        (599, ServerError),
        (418, ApiError),
        (302, ApiError),
        (200, ApiError),
        (999, ApiError),
    ],
)
def test_every_status_has_a_class(status: int, cls: type[ApiError]) -> None:
    """The class of an API error follows from the status, for every status."""
    assert cls is api_error_class(status)


def _examples() -> list[ClientError]:
    response = Response(status=503, headers={}, body=b"{}")
    made: list[ClientError] = [
        ApiError("a", response=response, code="c", request_id="r", body={"x": 1}, retry_after=2.0),
        ServerError("s", response=response),
        ConnectionFailed("c", may_have_arrived=False),
        DecodeError("d", path="$.x", body=b"{"),
        NotJson("n", path="$", body=b"{"),
        JobFailed("j", snapshot=None, code="c", reason="r"),
        JobTimeout("t", snapshot=None, transient_error=ConnectionFailed("c")),
        SubmitUncertain("u", idempotency_key="k"),
        StreamFailed("s", event={"a": 1}),
        InvalidArgument("i"),
        ConfigurationError("c"),
    ]
    for one in made[:7]:
        one.about("j1", "token-1")
    return made


@pytest.mark.parametrize("error", _examples(), ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "again", [lambda one: pickle.loads(pickle.dumps(one)), copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"]
)
def test_an_exception_survives_a_process_pool(error: ClientError, again: Any) -> None:
    """Pickled or copied, it has the same class, text and fields."""
    other = again(error)

    assert type(error) is type(other)
    assert str(error) == str(other)
    assert (error.job_id, error.token, error.may_have_arrived) == (other.job_id, other.token, other.may_have_arrived)
    assert vars(error).keys() == vars(other).keys()


def test_the_job_of_an_error_is_set_once() -> None:
    """An error that is passed on keeps its job."""
    error = ConnectionFailed("lost")
    error.about("j1", "t1")
    error.about("j2", "t2")

    assert ("j1", "t1") == (error.job_id, error.token)
    assert "lost (job j1)" == str(error)
    assert "lost" == error.message


def test_an_error_says_whether_a_job_may_exist() -> None:
    """There may be one if it has an id, if a request may have arrived, and always if a submit is uncertain."""
    of_a_job = InvalidArgument("i")
    of_a_job.about("j1", "t1")

    assert of_a_job.job_may_exist
    assert SubmitUncertain("u").job_may_exist
    assert ConnectionFailed("c").job_may_exist
    assert not ConnectionFailed("c", may_have_arrived=False).job_may_exist
    assert not InvalidArgument("i").job_may_exist
    assert not JobTimeout("t").job_may_exist


@rule
@given(storms(), st.sampled_from(MODES))
def test_every_error_after_a_submit_carries_the_job(storm: Storm, mode: str) -> None:
    """After a submit was answered with an id, every error of `run` has id and token; nothing else is raised."""
    world, came = storm.run(mode)
    if isinstance(came, ClientError) and world.polls:
        assert "j1" == came.job_id
        assert came.token is not None
        resumed = world.jobs(storm.of).resume(came.token)
        assert "j1" == resumed.id


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("call", ["wait", "poll", "result", "updates", "cancel", "get"])
@pytest.mark.parametrize(
    "reply",
    [error(403), error(404), cut_off(), CUT, Reply([]), BROKEN],
    ids=["403", "404", "lost", "cut", "shape", "failed"],
)
def test_every_error_of_every_call_carries_the_job(mode: Mode, call: str, reply: Reply) -> None:
    """Whichever method of a handle fails, the error has the job."""
    world = World(mode, script(reply), max_retries=0)
    job = world.job(APART)
    caught: ClientError | None = None
    try:
        match call:
            case "updates":
                world.all(job.updates(timeout=5))
            case "get":
                world.do(world.jobs(APART).get("j1"))
            case "wait":
                world.do(job.wait(timeout=5))
            case _:
                world.do(getattr(job, call)())
    except ClientError as error:
        caught = error
    if caught is not None:
        assert ("j1", job.token) == (caught.job_id, caught.token)
    else:
        assert reply.status == 200


def _echo(status: int) -> Reply:
    """A provider that quotes the request."""
    return Reply(
        {"error": {"code": "bad_key", "message": f"the key {KEY!r} is not valid"}}, status, {"x-request-id": "r1"}
    )


def _shown(error: BaseException) -> str:
    """All text of an error that a log or a bug report shows."""
    text = str(error) + repr(error) + "".join(getattr(error, "__notes__", []))
    for inner in (error.__cause__, error.__context__):
        text += _shown(inner) if inner is not None else ""
    return text


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "reply",
    [
        _echo(401),
        _echo(429),
        _echo(503),
        _echo(404),
        Reply(KEY.encode()),
        Reply(b'{"error": "' + KEY.encode()),
        unreachable(),
        cut_off(),
        error(402),
    ],
)
def test_the_key_is_never_shown(mode: Mode, reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    """Even if the provider quotes the key, no error, `repr`, log or token shows it."""
    world = World(mode, script(reply), max_retries=1)
    shown = [repr(world.client)]
    calls: list[Callable[[], Any]] = [
        lambda: world.client._send(lambda: Call(method="GET", path="/x", read=reads(Page), idempotent=True), None),
        lambda: world.jobs(PART).submit(url="u"),
        lambda: world.job(PART).wait(timeout=5),
        lambda: world.job(PART).poll(),
    ]
    with caplog.at_level(logging.DEBUG):
        for call in calls:
            came = outcome(world, call)
            assert isinstance(came, ClientError)
            shown += [_shown(came), str(came.token)]
    shown += [record.getMessage() for record in caplog.records]
    shown += [repr(sent.request) for sent in world.sent]
    shown += [repr(world.job(PART)), world.job(PART).token]

    assert KEY not in "\n".join(shown)


@rule
@given(st.lists(replies(), min_size=1, max_size=3), st.sampled_from([PART, OTHER, APART]))
def test_only_client_errors_leave_a_client(answers: list[Reply], of: Any) -> None:
    """Whatever a server replies to any request of a job, only a `ClientError` is raised."""
    world = World("sync", served(submit=answers, polls=answers, result=answers, cancel=answers))
    jobs = world.jobs(of)
    calls: list[Callable[[], Any]] = [
        lambda: jobs.run(url="u", timeout=10),
        lambda: jobs.submit(url="u").wait(timeout=10),
        lambda: jobs.get("j1"),
        lambda: jobs.attach("j1").result(),
        lambda: list(jobs.attach("j1").updates(timeout=10)),
        lambda: world.job(APART).cancel(),
    ]
    for call in calls:
        # Anything else than a `ClientError` would get out.
        outcome(world, call)


def test_an_error_of_a_callback_is_raised_unchanged() -> None:
    """An exception of the user's code is raised unchanged, and the handle stays usable."""
    world = World("sync", served(polls=[RUNNING, DONE]))
    job = world.job(PART)

    def callback(update: object) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        job.wait(on_update=callback)

    assert "hello" == job.wait().text


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", [LookupError, KeyboardInterrupt])
def test_any_other_exception_gets_a_note_with_the_job(mode: Mode, kind: type[BaseException]) -> None:
    """W12: after an interrupted `run`, the traceback says how to resume the job."""
    world = World(mode, served(submit=[TICKET], polls=[RUNNING]))

    def callback(update: object) -> None:
        raise kind

    with pytest.raises(kind) as caught:
        world.do(world.jobs(PART).run(url="u", on_update=callback))

    assert any("j1" in note and "resume" in note for note in caught.value.__notes__)


@pytest.mark.parametrize("job_id", ["", ".", "..", "a\nb", "\ud800", None, 7, "x" * 5000])
def test_an_invalid_id_is_refused(job_id: Any) -> None:
    """Nothing is sent for an id that no job can have."""
    world = World("sync", served(polls=[DONE]))

    with pytest.raises(InvalidArgument, match="id of a job"):
        world.jobs(PART).get(job_id)

    assert [] == world.sent


def test_the_message_of_an_api_error() -> None:
    """Provider, status, code, message and request id."""
    world = World(
        "sync", script(Reply({"error": {"code": "no_credit", "message": "top up"}}, 402, {"x-request-id": "r-1"}))
    )

    with pytest.raises(ClientError) as caught:
        world.job(PART).poll()

    assert "Acme answered 402 [no_credit]: top up (request r-1) (job j1)" == str(caught.value)


def test_the_message_of_an_uncertain_submit_says_what_to_do() -> None:
    """The message says how to continue without paying twice."""
    world = World("sync", served(submit=[cut_off()]))

    with pytest.raises(SubmitUncertain, match="dashboard"):
        world.jobs(kind("thing", Page)).submit(url="u")

    ticket = World("sync", served(submit=[TICKET]))
    assert "j1" == ticket.jobs(PART).submit(url="u").id


@pytest.mark.parametrize(
    ("body", "read"), [(b'{"why": "because"}', {"why": "because"}), (b"<html>", b"<html>"), (b"null", b"null")]
)
def test_an_api_error_has_the_reply(body: bytes, read: object) -> None:
    """Decoded if it is JSON, otherwise raw."""
    world = World("sync", script(Reply(body, 400)))

    with pytest.raises(BadRequest) as caught:
        world.job(PART).poll()

    assert read == caught.value.body


def test_the_error_of_a_closed_client_names_it() -> None:
    """The message has the class of the client."""
    world = World("sync", script(Reply()))
    world.client.close()

    with pytest.raises(ClientClosed, match="this Acme client was closed"):
        world.job(PART).poll()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(499, ApiError), (500, ServerError), (599, ServerError), (600, ApiError), (403, PermissionDenied)],
)
def test_the_class_of_an_error_is_that_of_its_status(status: int, kind: type[ApiError]) -> None:
    """Every 5xx is a `ServerError`."""
    assert kind is api_error_class(status)
