"""`long_poll`: its schema and lint rules, the generated table, and its simulation."""

from __future__ import annotations

import pytest

from bide.emit.render import render
from bide.lint.pipeline import read_spec
from bide.simulator.life.answer import Asked
from bide.simulator.life.script import Script
from bide.simulator.world.world import World
from bide.spec import document as source
from bide.spec.shape import schema
from tests.acme_spec import FILE, changed, linted, said
from tests.simulator.simulated_acme import SPEC, Acme

POLL = 'poll: {get: "/jobs/{job_id}", accepts: [200, 202], rate_limit: 60/min}\n'


def with_hold(long_poll: str) -> str:
    return changed((POLL, POLL.replace("}\n", f", long_poll: {long_poll}}}\n")))


@pytest.mark.parametrize("long_poll", ["{query: wait, max: 60s}", "{header: Prefer, max: 1m}"])
def test_a_valid_long_poll(long_poll: str) -> None:
    """Neither the schema nor the rules report it."""
    assert linted(with_hold(long_poll)) == []


@pytest.mark.parametrize(
    ("long_poll", "expected"),
    [
        ("{query: wait}", 'missing-key: "long_poll" has no "max"'),
        ("{max: 60s}", '"long_poll" has no "query" or "header"'),
        ("{query: wait, header: Prefer, max: 60s}", '"query" and "header" cannot be used together'),
        ("{query: wait, max: 60}", '"max" must be text'),
        ("{body: wait, query: wait, max: 60s}", 'unknown key "body"'),
    ],
)
def test_invalid_shapes(long_poll: str, expected: str) -> None:
    """Each is reported once, with what to write instead."""
    found = [said(fault) for fault in schema.check(source.read(FILE, with_hold(long_poll)))]

    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize("most", ["0s", "500ms", "1.5s"])
def test_max_seconds_is_a_whole_number(most: str) -> None:
    """Fractions of a second cannot be requested."""
    [found] = [said(problem) for problem in linted(with_hold(f"{{query: wait, max: {most}}}"))]

    assert "bad-long-poll" in found


@pytest.mark.parametrize("header", ["accept", "X-API-Key", "user-agent"])
def test_a_header_of_every_request_is_refused(header: str) -> None:
    """The header of a long poll must not be one that every request has."""
    [found] = [said(problem) for problem in linted(with_hold(f"{{header: {header}, max: 60s}}"))]

    assert f'bad-long-poll: every request already has a header "{header}"' in found


@pytest.mark.parametrize(
    ("long_poll", "printed"),
    [
        ("{query: wait, max: 60s}", 'LongPoll(query="wait", max_seconds=60.0)'),
        ("{header: Prefer, max: 2m}", 'LongPoll(header="Prefer", max_seconds=120.0)'),
    ],
)
def test_the_generated_table(long_poll: str, printed: str) -> None:
    """The generated lifecycle has it in one line."""
    assert f"    long_poll={printed},\n" in render(read_spec(FILE, with_hold(long_poll)))["acme_client/_jobs.py"]


# --- the simulator

SHOT = 'poll: {get: "/shots/{job_id}", accepts: [200, 202]'
HELD = {
    place: SPEC.replace(SHOT, f"{SHOT}, long_poll: {{{place}, max: 20s}}")
    for place in ("query: wait", "header: Prefer")
}
ASKED = {"query: wait": ("9", ""), "header: Prefer": ("", "respond-async, wait=9")}


def poll(acme: Acme, job_id: str, *, wait: str = "", prefer: str = "") -> Asked:
    headers = acme.headers | ({"prefer": prefer} if prefer else {})
    return Asked(method="GET", path=f"/v2/shots/{job_id}", query=(("wait", wait),) if wait else (), headers=headers)


def new(place: str = "query: wait") -> Acme:
    return Acme(World(read_spec("acme.yaml", HELD[place]), script=Script()))


@pytest.mark.parametrize("place", list(ASKED))
def test_a_poll_is_held_until_the_status_changes(place: str) -> None:
    """Or for the requested number of seconds; it counts as one poll."""
    acme = new(place)
    wait, prefer = ASKED[place]
    asked = poll(acme, acme.submit(scenario="duration=100"), wait=wait, prefer=prefer)

    for came, news in ((2.0, 11.0), (12.5, 20.0 + 1e-6)):
        kept = acme.world.holds(asked, came)
        assert kept is not None
        assert not kept.is_over(came + 1)
        assert kept.is_over(news) or kept.is_over(came + 9)
    assert acme.world.handle(asked, 21.5, was_held=True).status == 200
    assert (acme.report()["polls"], acme.report()["early_polls"]) == (2, 0)


def test_a_cancel_ends_a_long_poll() -> None:
    """A cancel changes the status."""
    acme = new()
    job_id = acme.submit(scenario="duration=100")
    kept = acme.world.holds(poll(acme, job_id, wait="9"), 2.0)
    acme.at(3.0, f"/shots/{job_id}/cancel", "POST")

    assert kept is not None
    assert kept.is_over(3.0)


@pytest.mark.parametrize("scenario", ["duration=1", "duration=100; poll=502"])
def test_final_jobs_and_faults_are_not_held(scenario: str) -> None:
    """They are answered at once."""
    acme = new()

    assert acme.world.holds(poll(acme, acme.submit(scenario=scenario), wait="9"), 5.0) is None


def test_a_poll_that_does_not_ask_is_not_held() -> None:
    """Without a number of seconds it is answered at once."""
    acme = new()

    assert acme.world.holds(poll(acme, acme.submit(scenario="duration=100")), 5.0) is None


def test_seconds_that_are_no_number_are_refused() -> None:
    """With 400."""
    acme = new()
    asked = poll(acme, acme.submit(), wait="soon")

    assert acme.world.holds(asked, 5.0) is None
    assert acme.world.handle(asked, 5.0).status == 400
