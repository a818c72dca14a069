"""Links and ids in replies: which are followed, with which headers, and which a token stores."""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import Any

import pytest
from bide_runtime.calls.link import Link
from bide_runtime.clients.options import WaitOptions
from bide_runtime.errors.client import InvalidArgument, InvalidToken
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.request import Response
from bide_runtime.jobs.errors import JobTimeout, SubmitUncertain
from bide_runtime.jobs.kind import JobKind
from bide_runtime.jobs.lifecycle import Lifecycle
from bide_runtime.jobs.requests.result_at import ResultAt
from bide_runtime.jobs.state import State
from bide_runtime.jobs.token import MAX_BYTES
from bide_runtime.waiting.submits.job_id import place_of_id
from bide_runtime.waiting.submits.submission import Submission
from msgspec.structs import replace

from tests.runtime import acme
from tests.runtime.acme import KEY, POLLING, Page, Report, Ticket, order, submitted
from tests.runtime.fakes import Reply, Sent
from tests.runtime.world import PAGE, TICKET, World, error, report

Make = Callable[..., World]

ORIGIN = "https://api.acme.example"
LOCATION = Link(header="Location", name="GET where")
CODES = {202: State.RUNNING, 200: State.SUCCEEDED, 303: State.SUCCEEDED}

GUIDED: JobKind[None, Page] = JobKind(
    provider="acme",
    name="guided",
    lifecycle=Lifecycle(poll=LOCATION, codes=CODES, accepts=frozenset(), result=ResultAt(path=LOCATION)),
    snapshot=NoneType,
    result=Page,
    polling=POLLING,
)
"""A kind of job whose poll and result links are in headers only."""

LINKED: JobKind[Report, Page] = JobKind(
    provider="acme",
    name="linked",
    lifecycle=Lifecycle(
        poll=Link(field=("urls", "get"), name="GET get"),
        status=("status",),
        states=acme.STATES,
        result=ResultAt(path=Link(field=("urls", "result"), name="GET result")),
        cancel=("DELETE", Link(field=("urls", "get"), name="DELETE get")),
    ),
    snapshot=Report,
    result=Page,
    polling=POLLING,
)
"""A kind of job whose replies have its links and its id in the body."""


@pytest.fixture(autouse=True)
def hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Acme keeps results on other hosts, and sends a header of its own to every request."""
    provider = replace(acme.PROVIDER, hosts=("files.acme.example", "*.store.example"), headers={"x-version": "2"})
    monkeypatch.setattr(acme.Acme, "_provider", provider)
    monkeypatch.setattr(acme.AsyncAcme, "_provider", provider)


def at(location: str, status: int = 202) -> Reply:
    """A reply with a link in a header."""
    return Reply(b"", status, {"location": location})


def linked(status: str = "queued", **urls: str) -> Reply:
    """A reply with links in its body."""
    return Reply({"id": "j1", "status": status, "urls": urls})


def by_url(**replies: Any) -> Callable[[Sent], Reply]:
    """A server with replies by the end of the URL; `submit` is the reply to a POST."""
    rest = {name: list(one) if isinstance(one, list) else [one] for name, one in replies.items()}

    def answer(sent: Sent) -> Reply:
        last = sent.request.url.rpartition("/")[2].partition("?")[0]
        name = "submit" if sent.request.method == "POST" else last
        return rest[name].pop(0) if len(rest[name]) > 1 else rest[name][0]

    return answer


def urls(w: World) -> list[str]:
    return [sent.request.url for sent in w.sent]


def has_key(sent: Sent) -> bool:
    """Whether a request has the key, or another header for the provider only."""
    return KEY in sent.request.headers.values() or "x-version" in sent.request.headers


def ordered(of: JobKind[Any, Page], job_id: Any) -> Submission[Any, Page]:
    """A submit whose reply has the id at *job_id*."""
    submission = order(of, url="u")
    has_body = isinstance(job_id, tuple) and job_id
    return replace(submission, kind=submitted(of, job_id=job_id, reply=Ticket if has_body else NoneType))


def run(w: World, of: JobKind[Any, Page], *, timeout: float = 60.0, job_id: Any = ()) -> Page:
    result: Page = w.do(w.jobs(of)._run(ordered, WaitOptions(timeout=timeout), of, job_id))
    return result


def submit(w: World, of: JobKind[Any, Page], *, job_id: Any = ()) -> Any:
    jobs = w.jobs(of)
    return jobs._handle(w.do(jobs._submit(ordered, of, job_id)))


# --- where to ask


@pytest.mark.parametrize("where", ["https://api.acme.example/v2/jobs/j7", "/v2/jobs/j7", "jobs/j7"])
def test_a_link_in_a_header_is_polled(world: Make, where: str) -> None:
    """`Location` may be absolute or relative to the request. The link is the id of the job."""
    w = world(by_url(submit=at(where), j7=[Reply(b"", 202), at("/v2/results/r7", 303)], r7=PAGE))

    assert "hello" == run(w, GUIDED).text
    assert [f"{ORIGIN}/v2/{end}" for end in ("jobs", "jobs/j7", "jobs/j7", "results/r7")] == urls(w)
    assert all(has_key(sent) for sent in w.sent)


def test_a_newer_link_replaces_an_older_one(world: Make) -> None:
    """A poll may return the link of the next poll."""
    w = world(by_url(submit=at("/v2/a"), a=at("/v2/b"), b=[at("/v2/b"), at("/v2/r", 303)], r=PAGE))

    run(w, GUIDED)
    assert ["jobs", "a", "b", "b", "r"] == [url.rpartition("/")[2] for url in urls(w)]


def test_links_in_a_body_are_used(world: Make) -> None:
    """The submit returns the links to poll and cancel, and a poll returns that of the result."""
    server = by_url(
        submit=linked(get="/v2/here"),
        here=[linked("running", get="/v2/here"), linked("done", get="/v2/here", result="/v2/page")],
        page=PAGE,
    )
    w = world(server)
    job = submit(w, LINKED, job_id=("id",))

    assert "j1" == job.id
    w.do(job.cancel())
    assert "hello" == w.do(job.wait()).text
    assert ["POST /v2/jobs", "DELETE /v2/here", "GET /v2/here", "GET /v2/page"] == w.lines


def test_a_submit_without_a_poll_link_is_uncertain(world: Make) -> None:
    """W11: an accepted submit without a link may have created a job that cannot be polled."""
    w = world(by_url(submit=Reply(b"", 202)))
    with pytest.raises(SubmitUncertain, match=r"no usable job id \(the header Location is None"):
        submit(w, GUIDED)

    w = world(by_url(submit=TICKET))
    with pytest.raises(SubmitUncertain, match=r"has no link to poll job j1 \(\$\.urls\.get is missing\)"):
        submit(w, LINKED, job_id=("id",))


def test_a_missing_result_link_is_an_error(world: Make) -> None:
    """W7: a job that is done without a link to its result ends the wait at once."""
    w = world(by_url(submit=linked(get="/v2/here"), here=linked("done", get="/v2/here")))

    with pytest.raises(DecodeError, match=r"gave no result link: \$\.urls\.result is missing") as caught:
        run(w, LINKED, job_id=("id",))
    assert "j1" == caught.value.job_id


def test_the_poll_link_is_not_the_result_link(world: Make) -> None:
    """If one header holds both, the link of a submit or of an unfinished poll is for polling."""
    w = world(by_url(submit=at("/v2/a"), a=[at("/v2/a"), Reply(b"", 200)]))

    with pytest.raises(DecodeError, match="gave no result link: the header Location is missing"):
        run(w, GUIDED)


# --- who is trusted


@pytest.mark.parametrize(
    "result",
    [
        "https://files.acme.example/r",
        "https://eu.store.example/r?signature=abc",
        "https://a.b.store.example/r",
    ],
)
def test_a_host_that_the_spec_names_gets_no_key(world: Make, result: str) -> None:
    """A result on another host is fetched without the key and the provider's own headers."""
    w = world(by_url(submit=at("/v2/j"), j=at(result, 303), r=PAGE))

    assert "hello" == run(w, GUIDED).text
    assert result == w.sent[-1].request.url
    assert [True, True, False] == [has_key(sent) for sent in w.sent]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.2", "[::1]"])
def test_this_machine_is_one_host(world: Make, host: str) -> None:
    """A link between its ports is followed, for tests and simulators; it gets no key."""
    w = world(
        by_url(submit=at("/v2/j"), j=at(f"http://{host}:9000/r", 303), r=PAGE), base_url="http://127.0.0.1:8000/v2"
    )

    assert "hello" == run(w, GUIDED).text
    assert not has_key(w.sent[-1])


@pytest.mark.parametrize(("port", "is_followed"), [("", True), (":80", True), (":81", False), (":443", False)])
def test_a_host_without_encryption_has_its_port(world: Make, port: str, is_followed: bool) -> None:
    """Where the base URL has none either, a host of the spec is followed on port 80 alone."""
    answers = by_url(submit=at("/v2/j"), j=at(f"http://files.acme.example{port}/r", 303), r=PAGE)
    w = world(answers, base_url="http://api.acme.example/v2")

    if is_followed:
        assert "hello" == run(w, GUIDED).text
    else:
        with pytest.raises(DecodeError, match="is not a host of Acme"):
            run(w, GUIDED)


HOSTILE = [
    "https://evil.example/r",
    "https://api.acme.example.evil.example/r",
    "https://evilstore.example/r",
    "https://store.example/r",
    "https://api.acme.example:8443/r",
    "https://files.acme.example:22/r",
    "http://api.acme.example/r",
    "http://files.acme.example/r",
    "http://127.0.0.1/r",
    "https://api.acme.example@evil.example/r",
    "https://evil.example\\@api.acme.example/r",
    "//evil.example/r",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://[::1/r",
    "https://api.acme.example/r x",
    "https://api.acme.example/\u00e9",
    "https://api.acme.example/r\r\nX-Evil: 1",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_no_other_address_is_followed(world: Make, address: str) -> None:
    """Nothing is sent to another host, another port, without encryption, or to an address that is not HTTP.

    That holds for polls, for results and for cancelling, and the error has the job's id.
    """
    w = world(by_url(submit=at("/v2/j"), j=at(address, 303)))
    with pytest.raises(DecodeError, match="refused to follow") as caught:
        run(w, GUIDED)
    assert f"{ORIGIN}/v2/j" == caught.value.job_id
    assert 2 == len(w.sent)

    w = world(by_url(submit=linked(get=address)))
    job = submit(w, LINKED, job_id=("id",))
    for call in (job.poll, job.wait, job.cancel):
        with pytest.raises(DecodeError, match="refused to follow"):
            w.do(call())
    assert 1 == len(w.sent)


@pytest.mark.parametrize("address", HOSTILE)
def test_a_token_with_an_unsafe_link_is_refused(world: Make, address: str) -> None:
    """The links of a token are checked like those of a reply, before anything is sent."""
    w = world(by_url(submit=linked(get=address)))
    token = submit(w, LINKED, job_id=("id",)).token

    with pytest.raises(InvalidToken, match="not followed"):
        w.jobs(LINKED).resume(token)
    with pytest.raises(InvalidArgument, match="is not an address of Acme"):
        w.jobs(LINKED).attach(address if address.isprintable() else "x")
    assert 1 == len(w.sent)


@pytest.mark.parametrize("role", ["poll", "steal"])
def test_a_token_cannot_add_a_link(world: Make, role: str) -> None:
    """A token cannot redirect the polls of a job whose poll address is a path of the spec."""
    w = world(by_url())
    token = f'{{"bide": 1, "provider": "acme", "job": "part", "id": "j1", "urls": {{"{role}": "{ORIGIN}/v2/x"}}}}'

    with pytest.raises(InvalidToken, match=f"jobs have no link for '{role}'"):
        w.jobs(acme.PART).resume(token)


# --- results behind redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_result_may_redirect(world: Make, status: int) -> None:
    """The address of a result may redirect, also to another host, which gets no key."""
    w = world(by_url(j1=report("done", ready=True), result=at("https://files.acme.example/r", status), r=PAGE))

    assert "hello" == w.do(w.job(acme.APART).wait()).text
    assert [True, True, False] == [has_key(sent) for sent in w.sent]
    assert "GET" == w.sent[-1].request.method


def test_a_redirect_loop_ends_the_wait(world: Make) -> None:
    """W10: the 6th redirect in a row is an error."""
    w = world(by_url(j1=report("done", ready=True), result=at("/v2/jobs/j1/result", 302)))

    with pytest.raises(Exception, match="302") as caught:
        w.do(w.job(acme.APART).wait())
    assert 7 == len(w.sent)
    assert "j1" == caught.value.job_id


def test_a_redirect_to_an_unknown_host_is_refused(world: Make) -> None:
    """Redirects are checked like the links of a reply."""
    w = world(by_url(j1=report("done", ready=True), result=at("https://evil.example/r", 302)))

    with pytest.raises(DecodeError, match=r"evil\.example is not a host of Acme"):
        w.do(w.job(acme.APART).wait())
    assert 2 == len(w.sent)


def test_after_a_transient_error_redirects_are_followed_anew(world: Make) -> None:
    """W6: the target of a redirect may be stale at the next attempt."""
    result = [at("/v2/a", 302), at("/v2/b", 302)]
    w = world(by_url(j1=report("done", ready=True), result=result, a=error(503), b=PAGE))

    assert "hello" == w.do(w.job(acme.APART).wait()).text
    assert ["j1", "result", "a", "result", "b"] == [url.rpartition("/")[2] for url in urls(w)]


# --- tokens


def test_a_token_stores_the_links_of_the_submit(world: Make) -> None:
    """W12: another process uses the links of the submit; a link that is the id is stored once."""
    w = world(by_url(submit=at("/v2/j?sig=1"), j=Reply(b"", 202)))
    job = submit(w, GUIDED)
    with pytest.raises(JobTimeout) as caught:
        w.do(job.wait(timeout=3))
    token = caught.value.token
    assert token is not None
    assert 1 == token.count("sig=1")
    assert KEY not in token

    other = world(by_url(j=at("/v2/r", 303), r=PAGE))
    again = other.jobs(GUIDED).resume(token)
    assert "hello" == other.do(again.wait()).text
    assert (job.id, token) == (again.id, job.token)
    assert f"{ORIGIN}/v2/j?sig=1" == other.sent[0].request.url

    linked_job = submit(world(by_url(submit=linked(get="/v2/x", result="/v2/page"))), LINKED, job_id=("id",))
    other = world(by_url(x=linked("done"), page=PAGE))
    assert "hello" == other.do(other.jobs(LINKED).resume(linked_job.token).wait()).text


def test_a_job_can_be_attached_by_its_link(world: Make) -> None:
    """The poll link can be used in place of a token."""
    w = world(by_url(j=at("/v2/r", 303), r=PAGE))

    assert "hello" == w.do(w.jobs(GUIDED).attach(f"{ORIGIN}/v2/j").wait()).text


def test_a_link_too_long_for_a_token_is_refused(world: Make) -> None:
    """A job that cannot be resumed is not accepted silently: the submit is uncertain, and a poll raises."""
    w = world(by_url(submit=linked(get="/v2/" + "x" * MAX_BYTES)))
    with pytest.raises(SubmitUncertain, match="too long for a token"):
        submit(w, LINKED, job_id=("id",))

    w = world(by_url(submit=linked(get="/v2/here"), here=linked("running", get="/v2/" + "x" * MAX_BYTES)))
    with pytest.raises(DecodeError, match="too long for a token"):
        run(w, LINKED, job_id=("id",))


# --- ids


@pytest.mark.parametrize(
    ("like", "text", "found"),
    [
        ("", "j1", "j1"),
        ("/jobs/{job_id}", "https://api.acme.example/v2/jobs/j1", "j1"),
        ("/jobs/{job_id}", "/jobs/j%2F1/", "j/1"),
        ("/jobs/{job_id}", "/jobs/j1?x=/jobs/j2#/jobs/j3", "j1"),
        ("operations/{job_id}", "operations/j1", "j1"),
        ("/jobs/{job_id}/status", "/v2/jobs/j1/status", "j1"),
        ("/jobs/{job_id}", "/tasks/j1", None),
        ("/jobs/{job_id}", "", None),
    ],
)
def test_an_id_may_be_the_end_of_a_url(like: str, text: str, found: str | None) -> None:
    """The id is the text at `{job_id}`; a text that cannot be a path segment is no id."""
    reply = Response(status=202, headers={"location": text}, body=b"")

    assert found == Link(header="Location", template=like).id_in(reply)


def test_the_id_may_be_in_a_header(world: Make) -> None:
    """A job whose submit reply has no body is polled by an id in a header."""
    w = world(by_url(submit=at("/v2/jobs/j9"), j9=report("done", page={"text": "hello"})))
    found = Link(header="Location", template="/jobs/{job_id}")

    assert "hello" == run(w, acme.PART, job_id=found).text
    assert ["POST /v2/jobs", "GET /v2/jobs/j9"] == w.lines


@pytest.mark.parametrize("where", ["/v2/jobs/..", "/v2/jobs/%2e%2e", "/v2/tasks/j1"])
def test_an_invalid_id_leaves_the_submit_uncertain(world: Make, where: str) -> None:
    """A header without a usable id leaves the submit uncertain."""
    w = world(by_url(submit=at(where)))

    with pytest.raises(SubmitUncertain, match="no usable job id"):
        submit(w, acme.PART, job_id=Link(header="Location", template="/jobs/{job_id}"))


def test_the_error_of_a_missing_id_names_its_place(world: Make) -> None:
    """If the poll link is in a reply too, the error is about the id."""
    w = world(by_url(submit=linked(get="/polls/1")))

    with pytest.raises(SubmitUncertain, match="X-Job-Id"):
        run(w, LINKED, job_id=Link(header="X-Job-Id", name="the id"))


@pytest.mark.parametrize("body", [b'{"id": "j', b"<html></html>", b"[]"])
def test_an_id_in_a_header_needs_no_body(world: Make, body: bytes) -> None:
    """W11: a submit with an unreadable body has created the job that its header names."""
    location = {"location": "https://api.acme.example/jobs/j1"}
    w = world(by_url(submit=Reply(body, 202, location), j1=report("done", page={"text": "hello"})))
    submission = order(submitted(acme.PART, job_id=Link(header="Location", template="/jobs/{job_id}")), url="u")

    page = w.do(w.jobs(acme.PART)._run(lambda: submission, WaitOptions(timeout=60.0)))

    assert "hello" == page.text
    assert [f"{ORIGIN}/v2/jobs", f"{ORIGIN}/v2/jobs/j1"] == urls(w)


def test_a_token_has_no_result_link_of_a_poll(world: Make) -> None:
    """The next poll returns it again; it may be signed, and expire."""
    w = world(by_url(submit=linked(get="/v2/x"), x=linked("running", result="/v2/page?sig=1")))
    job = submit(w, LINKED, job_id=("id",))
    w.do(job.poll())

    assert "sig=1" not in job.token
    assert "/v2/x" in job.token


def test_the_place_of_an_id_is_a_path() -> None:
    """For the message of a submit without an id."""
    assert "job.id" == place_of_id(acme.PART, ("job", "id"))
