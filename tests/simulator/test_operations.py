"""Operations and streams of the simulator."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bide.simulator.life.answer import Ending
from tests.simulator.simulated_acme import Acme, decoded

PAGES = {"urls": ["https://x.example/", "https://y.example/", "https://z.example/"]}
WORDS = {"words": "abc"}


def test_an_operation() -> None:
    """An operation replies at once, with the values of its arguments."""
    answer = Acme.new().ask("GET", "/find/here", query="words=abc&limit=2")

    assert (answer.status, decoded(answer)) == (200, {"words": "abc", "hits": ["example"]})


def test_faults_of_operations() -> None:
    """The repeated call continues in its script."""
    acme = Acme.new()
    faults = {"query": "words=abc", "x_bide_scenario": "call=502,429"}

    assert [acme.ask("GET", "/find/here", **faults).status for _ in range(3)] == [502, 429, 200]
    assert acme.ask("GET", "/find/here", query="words=abc", x_bide_scenario="fail").status == 500


def test_a_refused_call_is_over() -> None:
    """A client does not repeat it, so the next call starts the script anew."""
    acme = Acme.new()
    refused = {"query": "words=abc", "x_bide_scenario": "call=402"}

    assert [acme.ask("GET", "/find/here", **refused).status for _ in range(2)] == [402, 402]


def test_an_operation_that_may_return_a_job() -> None:
    """It replies inline unless the scenario wants a job, which is then polled like any other."""
    acme = Acme.new()
    later = acme.ask("POST", "/find", WORDS, x_bide_scenario="answer=job; duration=2")

    assert acme.ask("POST", "/find", WORDS).status == 200
    assert later.status == 202
    assert acme.at(3, f"/reports/{decoded(later)['id']}")[1]["state"] == "written"


def events(*words: str, scenario: str = "") -> tuple[list[tuple[str, Any]], Ending]:
    headers = {"x_bide_scenario": scenario} if scenario else {}
    answer = Acme.new().ask("POST", "/listen", WORDS, **headers)
    blocks = b"".join(chunk for _, chunk in answer.chunks).decode().split("\n\n")
    pairs = [block.split("\n") for block in blocks if block.startswith("event: ")]
    assert answer.headers["content-type"] == "text/event-stream"
    return [(name[7:], json.loads(data[6:])) for name, data in pairs], answer.ending


def test_a_stream() -> None:
    """A stream has each event of the spec once, in order, and ends with the last one."""
    told, ending = events()

    assert [name for name, _ in told] == ["begin", "line", "end"]
    assert told[2][1]["words"] == "abc"
    assert ending is Ending.WHOLE


@pytest.mark.parametrize(
    ("scenario", "names", "ending"),
    [
        ("fail", ["begin", "failed"], Ending.WHOLE),
        ("call=cut_short", ["begin"], Ending.CUT),
        ("stall", ["begin"], Ending.HANG),
    ],
)
def test_a_stream_that_ends_early(scenario: str, names: list[str], ending: Ending) -> None:
    """A stream can end half way with the provider's error event, be truncated, or stay open."""
    told, how = events(scenario=scenario)

    assert ([name for name, _ in told], how) == (names, ending)


def test_the_report_counts_requests() -> None:
    """Every request is counted, by path template and status."""
    acme = Acme.new()
    id = acme.submit()
    acme.at(0, f"/shots/{id}")
    acme.at(5, f"/shots/{id}")
    acme.ask("GET", "/nowhere")
    report = acme.world.report(5)

    assert report["requests"] == 4
    assert report["requests_by_path"] == {"GET /shots/{job_id}": 2, "GET /v2/nowhere": 1, "POST /shots": 1}
    assert report["replies_by_status"] == {"200": 2, "202": 1, "404": 1}
    assert acme.report() == {
        "id": id,
        "job": "picture",
        "arguments": {"country": "us", "kind": "picture", "url": "https://b.example/"},
        "status": "working",
        "state": "running",
        "outcome": "succeed",
        "submits": 1,
        "polls": 2,
        "early_polls": 0,
        "result_fetches": 0,
        "cancels": 0,
    }
