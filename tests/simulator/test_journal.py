"""The journal of a simulator: who was sent what, when, about which job; without secrets, and bounded."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from bide_runtime.testing.faults import Fault
from hypothesis import given
from hypothesis import strategies as st

from bide.lint.pipeline import read_spec
from bide.simulator.journal.journal import Entry, Journal
from bide.simulator.journal.masking import Masking
from bide.simulator.life.answer import Answer, Asked, Ending
from bide.simulator.life.scenario import REQUESTS, Outcome, Scenario, ScenarioError, read
from bide.simulator.life.script import Script
from bide.simulator.life.written import text_of
from bide.simulator.world.world import World
from tests.simulator.simulated_acme import PICTURE, PROVIDER, SPEC, Acme


def noted(**options: object) -> Acme:
    return Acme.new(journal=Journal(), **options)


def entries(acme: Acme) -> list[Entry]:
    assert acme.world.journal is not None
    return acme.world.journal.since(0)


def test_each_request_is_noted_with_its_job() -> None:
    """What it was for, what was answered, and the job that it was about."""
    acme = noted()
    id = acme.submit(scenario="duration=2; poll=429:7,lost")
    for _ in range(3):
        acme.at(acme.now + 3, f"/shots/{id}")
    acme.ask("GET", "/nowhere")

    found = [(each.role, each.jobs, each.status, each.fault, each.retry_after) for each in entries(acme)]
    assert found == [
        ("submit", (id,), 202, "", ""),
        ("poll", (id,), 429, "429:7", "7"),
        ("poll", (id,), 200, "lost", ""),
        ("poll", (id,), 200, "", ""),
        ("", (), 404, "", ""),
    ]
    assert entries(acme)[2].json()["status"] is None


def test_a_refused_submit_has_no_job() -> None:
    """It is about its kind alone."""
    acme = noted()
    acme.ask("POST", "/shots", PICTURE, x_bide_scenario="submit=502")

    [entry] = entries(acme)
    assert (entry.of, entry.jobs, entry.status, entry.fault) == ("picture", (), 502, "502")
    assert acme.world.journal is not None
    assert list(acme.world.journal.without_job("picture")) == [entry]


def test_a_lane_has_the_statuses_that_come() -> None:
    """Also those after a cancellation."""
    acme = noted()
    id = acme.submit(scenario="duration=10")
    acme.at(1, f"/shots/{id}/cancel", "POST")

    first, second = (entry.lanes[0] for entry in entries(acme))
    assert (first.steps[0], first.steps[-1]) == ((0, "queued", "pending"), (10, "done", "succeeded"))
    assert second.steps[-1] == (3, "off", "cancelled")


def test_the_key_is_masked() -> None:
    """In its header, and wherever else it occurs."""
    acme = noted()
    acme.headers["x-key"] = "sk-123456"
    acme.ask("POST", "/shots", {**PICTURE, "input": {"url": "https://b.example/sk-123456"}}, query="note=sk-123456")

    text = json.dumps(entries(acme)[0].details())
    assert "sk-123456" not in text
    assert ["x-key", "***"] in [list(pair) for pair in entries(acme)[0].details()["sent"]["headers"]]


def test_a_short_key_is_masked_in_its_place() -> None:
    """A key of one letter is not searched for in other text."""
    acme = noted()
    acme.ask("POST", "/shots", PICTURE)

    sent = entries(acme)[0].sent
    assert sent is not None
    assert ("x-key", "***") in sent.headers
    assert "kind" in sent.body


def test_name_and_password_are_masked_where_they_are_repeated() -> None:
    """Basic auth packs them, and a reply may have them unpacked."""
    packed = b64encode(b"some-user:some-password").decode()
    asked = Asked(method="GET", path="/", headers={"authorization": f"Basic {packed}"})

    _, _, answered = Masking(PROVIDER).masked(asked, Answer(body=b"some-user has some-password"))
    assert answered.body == "*** has ***"


PARTS = b'--b\r\nContent-Disposition: form-data; name="country"\r\n\r\n%s\r\n--b--'

SECRETS = SPEC.replace("      country?: {type: string,", "      country?: {type: string, secret: true,").replace(
    "auth: {header: X-Key, env: ACME_API_KEY}", "auth: {basic: username, env: ACME_API_KEY}"
)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"input": {"url": "https://b.example/", "country": "de-secret"}}'),
        ("application/json", b'{"country": "x"}'),
        ("application/x-www-form-urlencoded", b"country=de-secret&url=a"),
        ("multipart/form-data; boundary=b", PARTS % b"de-secret"),
        ("multipart/form-data; boundary=b", PARTS % b'"x"'),
    ],
)
def test_secret_fields_are_masked(kind: str, body: bytes) -> None:
    """In bodies of each type, also a secret of one letter in its own place."""
    basic = b64encode(b"de-secret:pass").decode()
    headers = {"content-type": kind, "authorization": f"Basic {basic}"}
    asked = Asked(method="POST", path="/v2/shots", headers=headers, body=body)
    echoed = Answer(body=b'{"country": "de-secret", "url": "https://b.example/de-secret"}')

    path, sent, answered = Masking(read_spec("acme.yaml", SECRETS)).masked(asked, echoed)
    assert "de-secret" not in path + sent.body + answered.body
    assert '"x"' not in sent.body
    assert basic not in str(sent.headers)


def test_a_journal_is_bounded() -> None:
    """It forgets the oldest bodies first, then the oldest entries and jobs."""
    journal = Journal(entries=10, lanes=3, text=2_000)
    acme = Acme.new(journal=journal)
    for number in range(20):
        acme.submit(body={**PICTURE, "input": {"url": f"https://b.example/{number}/{'x' * 300}"}})

    kept = journal.since(0)
    assert [each.number for each in kept] == list(range(11, 21))
    assert len(journal.lanes) == 3
    assert kept[0].sent is None
    assert kept[-1].sent is not None
    assert sum(each.size for each in kept) <= 2_000
    assert [each.number for each in journal.since(17)] == [18, 19, 20]


def test_the_next_job_follows_an_order() -> None:
    """Once, and the first that can; the file applies to the others."""
    acme = Acme.new(scenarios="- scenario: partial; duration=1")
    acme.world.orders.give("job", None, read("fail; duration=0"))
    acme.world.orders.give("job", "picture", read("stall"))
    for _ in range(3):
        acme.submit()

    found = [(job["outcome"], job["state"]) for job in acme.world.report(0)["jobs"]]
    assert found == [("fail", "failed"), ("stall", "pending"), ("partial", "pending")]
    assert acme.world.orders.open == ()


@pytest.mark.parametrize(
    ("kind", "name", "scenario", "message"),
    [
        ("job", "nix", "fail", "there is no job 'nix', only"),
        ("day", None, "fail", "kind is 'day', expected job or operation"),
        ("job", "picture", "failed_items=1", "no items"),
    ],
)
def test_an_order_that_nobody_can_follow(kind: str, name: str | None, scenario: str, message: str) -> None:
    """It is refused when it is given."""
    with pytest.raises(ScenarioError, match=message):
        Acme.new().world.orders.give(kind, name, read(scenario))


def outcomes(acme: Acme) -> list[tuple[str, int]]:
    """Submit three pictures and poll each twice: how each ends, and what the polls had."""
    ids = [acme.submit(body={**PICTURE, "input": {"url": f"https://b.example/{number}"}}) for number in range(3)]
    acme.now = 100
    return [(str(acme.ask("GET", f"/shots/{id}").status), acme.at(acme.now + 60, f"/shots/{id}")[0]) for id in ids]


def test_what_was_done_is_written_as_scenarios() -> None:
    """A simulator with the written file does the same, and so does the file that it writes itself."""
    acme = Acme.new(scenarios="- match: {job: picture, nth: 3}\n  scenario: fail; duration=3\n")
    acme.world.orders.give("job", "picture", read("poll=503:9,404"))
    first = outcomes(acme)
    text = acme.world.scenarios()
    again = Acme.new(scenarios=text)

    assert "match: {job: picture, nth: 1}" in text
    assert outcomes(again) == first == [("503", 404), ("200", 200), ("200", 200)]
    assert Acme.new(scenarios=again.world.scenarios()).world.scenarios() == text
    assert [rule.scenario for rule in Script.load(text).rules] == [read("poll=503:9,404"), read("fail; duration=3")]


def test_nothing_was_done() -> None:
    """The file is still valid."""
    assert Script.load(Acme.new().world.scenarios()) == Script()


def test_a_running_job_is_disturbed() -> None:
    """The next poll has the fault, the polls before and after have none, and the file has it in its place."""
    acme = Acme.new()
    id = acme.submit()
    acme.at(3, f"/shots/{id}")
    acme.world.disturb(id, "poll", "502")

    assert [acme.at(acme.now + 3, f"/shots/{id}")[0] for _ in range(2)] == [502, 200]
    assert "succeed; poll=ok,502" in acme.world.scenarios()
    with pytest.raises(ScenarioError, match="no job"):
        acme.world.disturb("nix", "poll", "502")


WORDS = ["502", "429", "429:7", "429:none", "503:date4", "404", "lost", "cut_short", "web_page", "slow:0.5", "nulls"]

FAULTS = st.builds(
    lambda word, after, times: f"{word}{after}{times}",
    st.sampled_from(WORDS),
    st.sampled_from(["", "_after", "_before"]),
    st.sampled_from(["", "*3"]),
) | st.just("ok")


@given(
    st.sampled_from(Outcome),
    st.none() | st.floats(0, 9_000).map(lambda seconds: round(seconds, 3)),
    st.none() | st.integers(0, 9) | st.lists(st.integers(0, 9), max_size=3).map(tuple),
    st.sampled_from(["", "team/", "a;b", " x"]),
    st.dictionaries(st.sampled_from(REQUESTS), st.lists(FAULTS, min_size=1, max_size=4), max_size=3),
)
def test_a_scenario_is_written_as_it_is_read(
    outcome: Outcome,
    duration: float | None,
    failed: int | tuple[int, ...] | None,
    prefix: str,
    faults: dict[str, list[str]],
) -> None:
    """Reading what is written gives the same scenario."""
    read_faults: dict[str, tuple[Fault | None, ...]] = {
        kind: read(f"{kind}={','.join(each)}").faults[kind] for kind, each in faults.items()
    }
    scenario = Scenario(
        outcome=outcome, duration=duration, failed_items=failed, id_prefix=prefix, faults=read_faults, result_delay=1.5
    )

    assert read(text_of(scenario)) == scenario


@pytest.mark.parametrize("job", PROVIDER.jobs, ids=lambda job: job.name)
def test_a_form_can_be_sent_as_it_is_shown(job: object) -> None:
    """The values that a form begins with are accepted, for each kind of job."""
    world = World(PROVIDER, journal=Journal())
    [form] = [each for each in world.forms() if each["job"] == job.name]  # type: ignore[attr-defined]
    given = {each["name"]: each["start"] for each in form["inputs"] if each["start"] is not None}

    answer = world.submit(job.name, given, 0.0)  # type: ignore[attr-defined]
    assert (answer.status, answer.ending) == (202, Ending.WHOLE), answer.body
