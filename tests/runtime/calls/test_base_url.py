"""Base URLs with variables, with a path, and the query of every request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from bide_runtime.calls.base_url import Variable
from bide_runtime.calls.link import Link
from bide_runtime.errors.client import ClientError, ConfigurationError, InvalidToken
from bide_runtime.jobs.requests.result_at import ResultAt
from msgspec.structs import replace

from tests.runtime.acme import KEY, PROVIDER, Acme, kind
from tests.runtime.fakes import Reply, Sent
from tests.runtime.world import DONE, PAGE, RUNNING, TICKET, World

Make = Callable[..., World]

VARIED = replace(
    PROVIDER,
    base_url="https://{dock}.acme.example/{region}/v2",
    variables=(
        Variable(name="dock", env="ACME_DOCK"),
        Variable(name="region", default="eu", values=("eu", "us")),
    ),
)
VERSIONED = replace(PROVIDER, query={"api-version": "2024-05-01", "a b": "&"}, hosts=("files.example.com",))


def made(**arguments: Any) -> Acme:
    """A client of a provider whose base URL has variables."""

    class Varied(Acme):
        _provider = VARIED

    variables = {name: arguments.pop(name) for name in ("dock", "region") if name in arguments}
    return Varied(KEY, variables=variables, **arguments)


def base_of(client: Acme) -> str:
    return client._session.account.base_url


def test_a_variable_is_passed_or_in_the_environment_or_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """The argument comes first, then the environment variable, then the default."""
    assert base_of(made(dock="north")) == "https://north.acme.example/eu/v2"
    assert base_of(made(dock="north", region="us")) == "https://north.acme.example/us/v2"
    monkeypatch.setenv("ACME_DOCK", "south")
    assert base_of(made()) == "https://south.acme.example/eu/v2"
    assert base_of(made(dock="north")) == "https://north.acme.example/eu/v2"


def test_a_missing_variable_names_every_way_to_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty environment variable is none."""
    monkeypatch.setenv("ACME_DOCK", "")
    with pytest.raises(ConfigurationError) as caught:
        made()

    assert str(caught.value) == (
        "Acme needs dock: pass dock=..., set the environment variable ACME_DOCK, or pass base_url=..."
    )


@pytest.mark.parametrize(
    "dock", ["a/b", "a@b", "a?b", "a#b", "a:1", "a.b", ".", "..", "-a", "a-", "a b", "a\\b", "%2e", "é", "x" * 64, ""]
)
def test_a_value_stays_one_part_of_the_host(dock: str) -> None:
    """Otherwise the key would be sent to the host of someone else."""
    with pytest.raises(ConfigurationError, match="can have only letters, digits and hyphens;"):
        made(dock=dock)


@pytest.mark.parametrize("region", ["EU", "../eu", "a/b", 7])
def test_a_variable_with_known_values_has_no_others(region: Any) -> None:
    """The error lists them."""
    with pytest.raises(ConfigurationError, match=r"one of 'eu', 'us'|must be text"):
        made(dock="a", region=region)


@pytest.mark.parametrize("part", ["a/b", "..", ".", "a?b", "a#b", "", "a%2fb"])
def test_a_value_stays_one_part_of_the_path(part: str) -> None:
    """No value adds or removes a segment."""

    class Free(Acme):
        _provider = replace(
            PROVIDER, base_url="https://api.acme.example/{org}/v2", variables=(Variable(name="org", env="NO_ORG"),)
        )

    assert base_of(Free(KEY, variables={"org": "a.b-c_d~"})) == "https://api.acme.example/a.b-c_d~/v2"
    with pytest.raises(ConfigurationError, match="org"):
        Free(KEY, variables={"org": part})


def test_a_base_url_that_is_passed_replaces_all(world: Make) -> None:
    """Variables are not needed then, and keys go to its origin."""
    w = world(lambda sent: DONE, provider=VARIED, base_url="https://proxy.example/acme/")
    w.do(w.job(kind("whole", dict)).poll())

    [sent] = w.sent
    assert sent.request.url == "https://proxy.example/acme/jobs/j1"
    assert sent.request.headers["x-key"] == KEY


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_base_url_with_a_path_may_end_with_a_slash(world: Make, slash: str) -> None:
    """Paths are appended to it, and relative links are resolved against it."""
    shape = kind("part", dict, poll=Link(header="location"), result=ResultAt(path=Link(field=("result",))))
    replies = [
        Reply({"id": "j1"}, headers={"location": "jobs/7"}),
        Reply({"status": "done", "result": "/deep/r7"}),
        Reply({"text": "hello"}),
    ]
    w = world(lambda sent: replies.pop(0), base_url=f"https://acme.example/deep/v2{slash}")

    assert w.do(w.jobs(shape).run(url="u")) == {"text": "hello"}
    assert w.lines == ["POST /deep/v2/jobs", "GET /deep/v2/jobs/7", "GET /deep/r7"]


def test_a_token_belongs_to_the_variables_of_its_client(world: Make) -> None:
    """Another customer's host may have another job of that id; a base URL that is passed says nothing about it."""
    shape = kind("whole", dict)
    w = world(lambda sent: TICKET, provider=VARIED, variables={"dock": "north"})
    token = w.do(w.jobs(shape).submit(url="u")).token

    assert w.jobs(shape).resume(token).token == token
    other = world(lambda sent: RUNNING, provider=VARIED, variables={"dock": "south"})
    with pytest.raises(InvalidToken, match="the job is at dock='north', region='eu', and this client is for dock='so"):
        other.jobs(shape).resume(token)
    proxied = world(lambda sent: RUNNING, provider=VARIED, base_url="https://proxy.example")
    assert proxied.jobs(shape).resume(token).token == token


def test_every_request_has_the_query_of_the_provider(world: Make) -> None:
    """Once, encoded, and beside what else the query has."""
    shape = kind("part", dict, poll="/status?id={job_id}", result=ResultAt(path="/r/{job_id}"))
    w = world(lambda sent: TICKET if "/jobs" in sent.path else PAGE if "/r/" in sent.path else DONE, provider=VERSIONED)
    w.do(w.jobs(shape).run(url="u"))

    usual = [("api-version", "2024-05-01"), ("a b", "&")]
    assert [sent.query for sent in w.sent] == [usual, [("id", "j1"), *usual], usual]


@pytest.mark.parametrize(
    ("link", "query"),
    [
        ("/v2/p/7", "api-version=2024-05-01&a+b=%26"),
        ("/v2/p/7?x=1", "x=1&api-version=2024-05-01&a+b=%26"),
        ("/v2/p/7?api%2Dversion=2020&a+b", "api%2Dversion=2020&a+b"),
        ("https://files.example.com/p/7", ""),
        ("https://files.example.com/p/7?sig=1", "sig=1"),
    ],
)
def test_a_link_keeps_its_own_query(world: Make, link: str, query: str) -> None:
    """A parameter that it has already is not added, and other hosts get none."""

    def answer(sent: Sent) -> Reply:
        return Reply({"id": "j1"}, headers={"location": link}) if sent.path == "/v2/jobs" else DONE

    w = world(answer, provider=VERSIONED)
    w.do(w.jobs(kind("whole", dict, poll=Link(header="location"))).run(url="u"))

    assert w.sent[-1].request.url.partition("?")[2] == query


def test_a_call_may_replace_the_query_of_the_provider(world: Make) -> None:
    """`extra_query` takes precedence, too."""
    w = world(lambda sent: DONE, provider=VERSIONED)
    shape = kind("whole", dict)
    client = w.client.with_options(extra_query={"api-version": "2030"})
    with suppress(ClientError):
        w.do(client.jobs(shape).submit(url="u"))

    assert dict(w.sent[0].query)["api-version"] == "2030"
