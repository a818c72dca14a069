"""OAuth client credentials: when access tokens are fetched and replaced, and where the client secret goes."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest
from bide_runtime.calls.call import Call, reads
from bide_runtime.errors.client import ConfigurationError, InvalidArgument
from bide_runtime.errors.decode import DecodeError
from bide_runtime.errors.transport import ConnectionFailed
from bide_runtime.http.auth import Secret
from bide_runtime.http.errors import AuthenticationError, PermissionDenied
from bide_runtime.http.oauth import OAuth
from bide_runtime.jobs.errors import JobTimeout
from msgspec.structs import replace

from tests.runtime.acme import PART, PROVIDER, AsyncAcme, Page
from tests.runtime.fakes import AsyncFakeTransport, LoopClock, Reply, Sent, unreachable
from tests.runtime.world import DONE, PAGE, RUNNING, TICKET, Mode, World, error

SECRETS = {"client_id": "an id", "client_secret": "s3cret/of+acme"}
TOKEN_URL = "https://auth.acme.example/oauth/token"
OAUTH = OAuth(token_url=TOKEN_URL, scope="jobs read", audience="https://api.acme.example")
TOLL = replace(
    PROVIDER,
    oauth=OAUTH,
    auth=(
        Secret(at="oauth", name="client_id", env="ACME_CLIENT_ID", argument="client_id"),
        Secret(at="oauth", name="client_secret", env="ACME_CLIENT_SECRET", argument="client_secret"),
    ),
)
SEARCH: Call[Page] = Call(method="GET", path="/search", read=reads(Page), idempotent=True)


class Issuer:
    """A server of tokens and of everything else; a token is valid for *lifetime* seconds."""

    def __init__(self, *replies: Reply, lifetime: float = 600.0, tokens: tuple[Reply, ...] = ()) -> None:
        self._replies = list(replies) or [PAGE]
        self._lifetime = lifetime
        self._tokens = list(tokens)
        self.fetches: list[Sent] = []
        self.ends: dict[str, float] = {}

    def __call__(self, sent: Sent) -> Reply:
        if sent.request.url == TOKEN_URL:
            self.fetches.append(sent)
            if self._tokens:
                return self._tokens.pop(0)
            token = f"token-number-{len(self.fetches)}"
            self.ends[token] = sent.at + self._lifetime
            return Reply({"access_token": token, "token_type": "bearer", "expires_in": self._lifetime})
        assert "s3cret" not in f"{sent.request.url} {dict(sent.request.headers)} {sent.request.body!r}"
        given = sent.request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.ends.get(given, -1.0) <= sent.at:
            return Reply({"error": {"message": f"bad token {given}"}}, 401)
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    def revoke(self) -> None:
        self.ends = dict.fromkeys(self.ends, -1.0)


@pytest.fixture
def toll(mode: Mode) -> Callable[..., World]:
    """A function that makes a client with OAuth."""

    def make(server: Any, *, provider: Any = TOLL, secrets: Any = SECRETS, **more: Any) -> World:
        return World(mode, server, provider, None, secrets=secrets, **more)

    return make


Make = Callable[..., World]


def search(w: World) -> Any:
    return w.do(w.client._send(lambda: SEARCH, None))


def test_one_token_serves_many_requests(toll: Make) -> None:
    """It is asked for as RFC 6749 says, in the name of the client, and sent as a bearer token."""
    issuer = Issuer()
    w = toll(issuer)
    assert not w.sent

    search(w)
    search(w)

    [fetch] = issuer.fetches
    assert "POST" == fetch.request.method
    assert {
        "grant_type": "client_credentials",
        "scope": "jobs read",
        "audience": "https://api.acme.example",
    } == fetch.json
    packed = fetch.request.headers["authorization"].removeprefix("Basic ")
    assert "an+id:s3cret%2Fof%2Bacme" == b64decode(packed).decode()
    assert ["Bearer token-number-1"] * 2 == [sent.request.headers["authorization"] for sent in w.sent[1:]]


def test_credentials_may_go_in_the_body(toll: Make) -> None:
    """For servers that want them there."""
    issuer = Issuer()
    search(toll(issuer, provider=replace(TOLL, oauth=replace(OAUTH, in_body=True))))

    [fetch] = issuer.fetches
    assert SECRETS.items() <= fetch.json.items()
    assert "authorization" not in fetch.request.headers


def test_a_token_is_replaced_shortly_before_its_end(toll: Make) -> None:
    """In the middle of a wait: no request of the job gets a 401."""
    issuer = Issuer(TICKET, *[RUNNING] * 12, DONE, lifetime=20.0)
    w = toll(issuer)

    assert "hello" == w.do(w.jobs(PART).run(url="u")).text
    assert len(issuer.fetches) >= 2
    assert not [sent for sent in w.sent if sent.reply is not None and sent.reply.status == 401]


def test_a_token_that_is_revoked_is_replaced(toll: Make) -> None:
    """After a 401, once; the poll is sent again."""
    issuer = Issuer(TICKET, RUNNING, RUNNING, DONE)
    w = toll(issuer)
    job = w.do(w.jobs(PART).submit(url="u"))
    w.do(job.poll())
    issuer.revoke()

    assert "hello" == w.do(job.wait()).text
    assert 2 == len(issuer.fetches)


def test_a_token_that_is_refused_twice_is_an_error(toll: Make) -> None:
    """At once, with the job, and without any token in it."""
    issuer = Issuer(
        TICKET, lifetime=-1.0, tokens=(Reply({"access_token": "token-x-1"}), Reply({"access_token": "token-x-2"}))
    )
    w = toll(issuer)

    with pytest.raises(AuthenticationError, match=r"Acme answered 401: bad token \*\*\*$"):
        search(w)

    assert 4 == len(w.sent)


def test_wrong_credentials_are_told_by_the_token_endpoint(toll: Make) -> None:
    """The error names it, with its code and message; the secret is masked."""
    refused = Reply({"error": "invalid_client", "error_description": "no s3cret/of+acme here"}, 401)
    w = toll(Issuer(tokens=(refused,) * 2))

    with pytest.raises(AuthenticationError) as caught:
        w.do(w.jobs(PART).run(url="u"))

    assert "the token endpoint of Acme answered 401 [invalid_client]: no *** here" == str(caught.value)
    assert "invalid_client" == caught.value.body["error"]
    assert 1 == len(w.sent)


@pytest.mark.parametrize("trouble", [error(503), unreachable(), Reply(takes=99.0)], ids=["503", "unreachable", "slow"])
def test_trouble_of_the_token_endpoint_does_not_end_a_wait(toll: Make, trouble: Reply) -> None:
    """W6 holds for it as for a poll."""
    issuer = Issuer(TICKET, RUNNING, DONE, tokens=(Reply({"access_token": "t" * 9, "expires_in": 3}), trouble, trouble))
    issuer.ends["t" * 9] = 3.0
    w = toll(issuer, timeout=5.0)

    assert "hello" == w.do(w.jobs(PART).run(url="u", timeout=300.0)).text


def test_a_submit_is_tried_again_if_no_token_came(toll: Make) -> None:
    """It was not sent, so no job can exist: neither uncertain, nor submitted twice."""
    issuer = Issuer(TICKET, DONE, tokens=(error(503), unreachable()))
    w = toll(issuer)

    w.do(w.jobs(PART).run(url="u"))

    assert 1 == sum(sent.path.endswith("/jobs") and sent.request.method == "POST" for sent in w.sent)


def test_the_deadline_holds_for_the_token_endpoint(toll: Make) -> None:
    """W1: a token endpoint that hangs ends in `JobTimeout`, in time."""
    w = toll(Issuer(tokens=(Reply(takes=99.0),) * 50))
    job = w.job(PART)

    with pytest.raises(JobTimeout, match="last error"):
        w.do(job.wait(timeout=10.0))

    assert w.elapsed <= 10.0


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "$.access_token"),
        ([], "$.access_token"),
        ({"access_token": ""}, "$.access_token"),
        ({"access_token": "two words"}, "$.access_token"),
        ({"access_token": 5}, "$.access_token"),
        ({"access_token": "a-secret-token", "token_type": "mac"}, "$.token_type"),
    ],
)
def test_a_reply_without_a_token_is_refused(toll: Make, body: Any, path: str) -> None:
    """With the path, and without the token."""
    w = toll(Issuer(tokens=(Reply(body),)))

    with pytest.raises(DecodeError) as caught:
        search(w)

    assert path == caught.value.path
    assert "a-secret-token" not in f"{caught.value} {caught.value.__dict__}"


@pytest.mark.parametrize("expires_in", [None, "600", 0, -5, True, "soon", 1e400])
def test_the_lifetime_may_be_missing_or_odd(toll: Make, expires_in: Any) -> None:
    """Then the token is used until a 401."""
    body = {"access_token": "token-number-0"} | ({} if expires_in is None else {"expires_in": expires_in})
    issuer = Issuer(tokens=(Reply(body),))
    issuer.ends["token-number-0"] = 1e9
    w = toll(issuer)
    search(w)
    search(w)

    assert 1 == len(issuer.fetches)


def test_callbacks_do_not_get_the_token(toll: Make) -> None:
    """`on_reply` gets no reply of the token endpoint."""
    replies: list[Any] = []
    w = toll(Issuer())
    view = w.client.with_options(on_reply=replies.append)
    w.do(view._send(lambda: SEARCH, None))

    assert [b"hello" in reply.body for reply in replies] == [True]


def test_a_token_stays_masked_after_it_was_replaced(toll: Make) -> None:
    """In errors and every `repr`."""
    issuer = Issuer(PAGE, PAGE, Reply({"error": {"message": "neither token-number-1 nor token-number-2"}}, 403))
    w = toll(issuer)
    search(w)
    issuer.revoke()
    search(w)

    with pytest.raises(PermissionDenied) as caught:
        search(w)

    assert "Acme answered 403: neither *** nor ***" == str(caught.value)
    account = w.client._session.account
    assert "token-number" not in f"{w.client!r} {account!r} {account.keys!r} {w.job(PART).token}"


def test_a_crowd_shares_one_token() -> None:
    """Fifty calls at the same time fetch one token."""
    issuer, clock = Issuer(Reply({"text": "hello"}, takes=0.1)), LoopClock()

    class Toll(AsyncAcme):
        _provider = TOLL

    async def crowd() -> None:
        client = Toll(secrets=SECRETS, clock=clock, transport=AsyncFakeTransport(issuer, clock))
        await asyncio.gather(*(client._send(lambda: SEARCH, None) for _ in range(50)))

    clock.run(crowd())
    assert 1 == len(issuer.fetches)


def test_the_token_url_follows_a_client_to_this_machine(toll: Make) -> None:
    """A simulator is the whole provider: the secret does not leave the machine. Elsewhere the spec's URL holds."""
    urls = {
        "http://127.0.0.1:8700": "http://127.0.0.1:8700/oauth/token",
        "http://localhost:8700/v2": "http://localhost:8700/oauth/token",
        "http://[::1]:8700": "http://[::1]:8700/oauth/token",
        "https://staging.acme.example": TOKEN_URL,
    }
    for base, expected in urls.items():
        w = toll(lambda sent: PAGE, base_url=base)
        assert expected == w.client._session.account.token_url
    given = toll(lambda sent: PAGE, secrets={**SECRETS, "token_url": "https://auth.acme.test/token"})
    assert "https://auth.acme.test/token" == given.client._session.account.token_url
    with pytest.raises(InvalidArgument, match="token_url must be"):
        toll(lambda sent: PAGE, secrets={**SECRETS, "token_url": "auth.acme.test"})


def test_client_id_and_secret_are_needed(toll: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """From arguments or the environment; functions are for keys."""
    with pytest.raises(ConfigurationError, match=r"client_secret.*ACME_CLIENT_SECRET"):
        toll(lambda sent: PAGE, secrets={"client_id": "x"})
    with pytest.raises(ConfigurationError, match="client_secret must be text, not function"):
        toll(lambda sent: PAGE, secrets={"client_id": "x", "client_secret": lambda: "y"})
    monkeypatch.setenv("ACME_CLIENT_ID", "x")
    monkeypatch.setenv("ACME_CLIENT_SECRET", "y")
    toll(lambda sent: PAGE, secrets={})


def test_a_lost_token_is_a_connection_error_of_a_call(toll: Make) -> None:
    """After the retries of the call, and it certainly did not arrive."""
    w = toll(Issuer(tokens=(Reply(lost=ConnectionFailed("lost", may_have_arrived=True)),) * 9), max_retries=2)

    with pytest.raises(ConnectionFailed) as caught:
        search(w)

    assert 3 == len(w.sent)
    assert not caught.value.may_have_arrived
