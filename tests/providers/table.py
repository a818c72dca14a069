"""Calls for each made-up provider, with their outcomes.

To add a provider, add a folder with its `spec.yaml`, and lines here. Other behaviour has its own tests in this folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Case:
    """One call and its outcome."""

    provider: str
    """The folder."""
    call: str
    """A method of the client, such as `burrow.run`."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    brings: Any = None
    """The return value; for a model, some of its attributes."""
    raises: str = ""
    """The name of the exception that it raises instead."""
    scenario: str = ""
    """The simulator's scenario; left out, it succeeds."""
    most_polls: int | None = None
    """The largest number of polls of each job."""
    asks: frozenset[str] | None = None
    """The method and path of every request; left out, any."""

    def __str__(self) -> str:
        return "-".join(filter(None, (self.provider, self.call, self.scenario)))


CASES = (
    Case(
        provider="toll",
        call="crossing.run",
        arguments={"name": "x"},
        brings={"status": "over"},
        asks=frozenset({"POST /common/oauth/token", "POST /crossings", "GET /crossings/{job_id}"}),
    ),
    Case(provider="toll", call="crossing.run", arguments={"name": "x"}, scenario="fail", raises="JobFailed"),
    Case(
        provider="toll",
        call="watch.run",
        arguments={"name": "x"},
        brings={"seen": 1},
        asks=frozenset({"POST /watches", "GET /watches/{job_id}", "GET /public/{job_id}/report"}),
    ),
    Case(provider="toll", call="prices", brings={"seen": 1}, asks=frozenset({"GET /prices"})),
    Case(provider="toll", call="shut", brings={"seen": 1}, asks=frozenset({"POST /close"})),
    Case(provider="toll", call="count", brings={"seen": 1}, asks=frozenset({"POST /common/oauth/token", "GET /count"})),
    Case(
        provider="courier",
        call="parcel.run",
        arguments={"what": "x"},
        brings={"boxes": 3},
        asks=frozenset({"POST /parcels", "GET /links/parcel/poll/{job_id}", "GET /links/parcel/result/{job_id}"}),
    ),
    Case(provider="courier", call="parcel.run", arguments={"what": "x"}, scenario="fail", raises="JobFailed"),
    Case(provider="courier", call="trip.run", arguments={"what": "x"}, brings={"boxes": 3}),
    Case(provider="courier", call="trip.run", arguments={"what": "x"}, scenario="fail", raises="JobFailed"),
    Case(
        provider="courier",
        call="walk.run",
        arguments={"what": "x"},
        brings={"boxes": 3},
        asks=frozenset({"POST /walks", "GET /walks/{job_id}"}),
    ),
    Case(
        provider="courier",
        call="stroll.run",
        arguments={"what": "x"},
        brings={"boxes": 3},
        asks=frozenset({"POST /strolls", "GET /walks/{job_id}"}),
    ),
    Case(
        provider="surveyor",
        call="survey.run",
        arguments={"where": "x"},
        brings={"miles": 1},
        asks=frozenset({"POST /surveys", "GET /links/survey/poll/results/{job_id}"}),
    ),
    Case(provider="surveyor", call="survey.run", arguments={"where": "x"}, scenario="fail", raises="JobFailed"),
    Case(provider="surveyor", call="sample.run", arguments={"where": "x"}, brings={"miles": 1}),
    Case(provider="surveyor", call="sample.run", arguments={"where": "x"}, scenario="fail", raises="JobFailed"),
    Case(
        provider="surveyor",
        call="flight.run",
        arguments={"where": "x"},
        brings=[{"miles": 1}],
        asks=frozenset({"POST /flights", "GET /flights/{job_id}", "GET /shelves/{shelf}/pictures"}),
    ),
    Case(provider="surveyor", call="flight.run", arguments={"where": "x"}, scenario="fail", raises="JobFailed"),
    Case(
        provider="glacier",
        call="melt.run",
        arguments={"tons": 2},
        brings={"litres": 2000},
        asks=frozenset({"POST /glaciers:melt", "GET /operations/{job_id}"}),
    ),
    Case(provider="glacier", call="melt.run", arguments={"tons": 2}, scenario="fail", raises="JobFailed"),
    Case(provider="glacier", call="melt.run", arguments={"tons": 2}, scenario="cancel", raises="JobCancelled"),
    Case(
        provider="quarry",
        call="block.run",
        arguments={
            "stone": "slate",
            "grade": 2,
            "size": 7,
            "owners": ["a"],
            "photo": b"p",
            "weight": 2.5,
            "notes": [1, {"a": None}],
        },
        brings={"status": "cut"},
        asks=frozenset({"POST /blocks", "GET /blocks/{job_id}"}),
    ),
    Case(provider="quarry", call="slab.run", arguments={"width": 2}, brings={"phase": 1}),
    Case(provider="quarry", call="slab.run", arguments={"width": 2}, scenario="fail", raises="JobFailed"),
    Case(
        provider="quarry",
        call="rename",
        arguments={"name": "a&b", "count": 2, "tags": ["x", "y"], "exact": True},
        brings={"status": "cut"},
    ),
    Case(
        provider="quarry", call="label", arguments={"label": "a", "count": 2, "tags": ["x"]}, brings={"status": "cut"}
    ),
    Case(provider="quarry", call="describe", arguments={"stone": "slate", "grade": 1}, brings={"status": "cut"}),
    Case(
        provider="atelier",
        call="draw.run",
        arguments={
            "shape": {"points": [{"x": 1, "y": 2}]},
            "background": "white",
            "due": datetime(2026, 1, 2, tzinfo=UTC),
            "opens": datetime(2026, 1, 2),
            "additional": {"copies": 2},
        },
        brings={"side": 1},
        asks=frozenset({"POST /drawings", "GET /drawings/{job_id}", "GET /drawings/{job_id}/result"}),
    ),
    Case(provider="scriptorium", call="address.run", arguments={"url": "a"}, brings={"status": "read"}),
    Case(provider="scriptorium", call="upload.run", arguments={"page": b"p"}, brings={"status": "read"}),
    Case(
        provider="scriptorium",
        call="upload.run",
        arguments={"page": "https://a.example/page", "cover": b"c", "title": "t"},
        brings={"status": "read"},
    ),
    Case(provider="scriptorium", call="form.run", arguments={"url": "a"}, brings={"status": "read"}),
    Case(provider="scriptorium", call="form.run", arguments={"url": "a"}, scenario="fail", raises="JobFailed"),
    Case(provider="scriptorium", call="count_address", arguments={"id": "1", "url": "a"}, brings={"pages": 1}),
    Case(provider="scriptorium", call="count_picture", arguments={"book": "1", "body": b"p"}, brings={"pages": 1}),
    Case(provider="scriptorium", call="count_file", arguments={"id": "1", "body": b"p"}, brings={"pages": 1}),
    Case(provider="turnstile", call="passage.run", arguments={"name": "Ann"}, brings={"status": "over"}),
    Case(provider="turnstile", call="passage.run", arguments={"name": "x"}, scenario="fail", raises="JobFailed"),
    Case(provider="turnstile", call="count", arguments={}, brings={"people": 1}),
    Case(provider="turnstile", call="opening", arguments={}, brings={"people": 1}),
    Case(provider="turnstile", call="block", arguments={}, brings={"people": 1}),
    Case(provider="atelier", call="sketch.run", arguments={"body": "a cat"}, brings={"side": 1}),
    Case(provider="atelier", call="sketch.run", arguments={"body": "x"}, scenario="fail", raises="JobFailed"),
    Case(provider="atelier", call="engrave.run", arguments={"body": b"pixels"}, brings={"side": 1}),
    Case(
        provider="atelier",
        call="find",
        arguments={
            "ids": ["a", "b"],
            "years": [2025, 2026],
            "tags": ["x"],
            "since": datetime(2026, 1, 1, tzinfo=UTC),
            "days": [datetime(2026, 1, 1), datetime(2026, 1, 2, 12)],
            "x_until": datetime(2026, 1, 1, tzinfo=UTC),
        },
        brings=[{"opened": "never", "created_at": datetime(2026, 1, 1, 0, 0, 0, 500_000, UTC)}],
    ),
    Case(
        provider="atelier",
        call="count",
        arguments={
            "in_": {"corner": {}},
            "filter": {
                "size": {"gte": 2},
                "since": 1767225600,
                "tags[]": ["x", "y"],
                "seen": [1767225600],
                "painter": "a&b",
            },
            "page": {"after": 2},
            "fields": {"drawing": ["id", "status"]},
        },
        brings=1,
    ),
    Case(
        provider="atelier",
        call="count",
        arguments={"in_": {"corner": {"x": 1}, "width": 2}, "filter": {"size": 3}},
        brings=1,
    ),
    Case(provider="atelier", call="shape_of", arguments={"id": "d1"}, brings={"side": 1}),
    Case(provider="atelier", call="reshape", arguments={"body": {"radius": 3}}, brings={"side": 1}),
    Case(
        provider="atelier",
        call="rank",
        arguments={"body": [{"title": "a", "painter": "b"}]},
        brings=[{"title": "A", "additional": {"painter": "B"}}],
    ),
    Case(provider="atelier", call="note", arguments={"body": "a"}, brings={"hung_at": datetime(2026, 1, 1, 12)}),
    Case(provider="atelier", call="tell", arguments={"body": "a \u00fc"}, brings=None),
    Case(provider="atelier", call="photo", arguments={"body": b"\xff"}, brings={"background": "white"}),
    Case(provider="atelier", call="film", arguments={"body": b"\xff"}, brings={"background": "white"}),
    Case(
        provider="atelier",
        call="scan",
        arguments={"pages": [b"1", b"2"], "names": ["a"]},
        brings={"background": "white"},
    ),
    Case(
        provider="atelier", call="register", arguments={"name": "a", "tags": ["x", "y"]}, brings={"background": "white"}
    ),
    Case(provider="glacier", call="freeze.run", arguments={"litres": 2}, brings={"tons": 1}),
    Case(provider="glacier", call="freeze.run", arguments={"litres": 2}, scenario="fail", raises="JobFailed"),
    Case(
        provider="heron",
        call="wait.run",
        arguments={"pond": "x"},
        brings={"fish": 2},
        asks=frozenset({"POST /waits", "GET /waits/{job_id}"}),
    ),
    Case(
        provider="heron",
        call="hunt.run",
        arguments={"pond": "x"},
        scenario="succeed; duration=0.5",
        brings={"fish": 2},
        asks=frozenset({"POST /hunts", "GET /hunts/{job_id}"}),
        most_polls=2,
    ),
    Case(
        provider="heron",
        call="vigil.run",
        arguments={"pond": "x"},
        scenario="succeed; duration=0.5",
        brings={"fish": 2},
        asks=frozenset({"POST /vigils", "GET /vigils/{job_id}", "GET /vigils/{job_id}/catch"}),
        most_polls=2,
    ),
    Case(
        provider="heron",
        call="hunt.run",
        arguments={"pond": "x"},
        scenario="fail; duration=0.5; poll=502",
        raises="JobFailed",
        most_polls=4,
    ),
    Case(provider="printer", call="print.run", arguments={"text": "x"}, brings={"pages": 3}),
    Case(provider="printer", call="print.run", arguments={"text": "x"}, scenario="fail", raises="JobFailed"),
    Case(provider="printer", call="print.run", arguments={"text": "x"}, scenario="cancel", raises="JobCancelled"),
    Case(
        provider="printer",
        call="print.run",
        arguments={"text": "x"},
        scenario="succeed; poll=cut_short,503,web_page",
        brings={"pages": 3},
    ),
    Case(provider="printer", call="binding.run", arguments={"text": "x"}, brings={"sheets": 9}),
    Case(provider="printer", call="binding.run", arguments={"text": "x"}, scenario="fail", raises="JobFailed"),
    Case(
        provider="warren",
        call="burrow.run",
        arguments={"depth": 2},
        brings={"rooms": 3},
        asks=frozenset({"POST /burrows", "GET /burrows/{job_id}"}),
    ),
    Case(provider="warren", call="burrow.run", arguments={"depth": 2}, scenario="fail", raises="JobFailed"),
    Case(
        provider="darkroom",
        call="print.run",
        arguments={"film": b"\x00\xff\r\n--", "copies": 2, "glossy": True, "tags": ["a", "b"]},
        brings=b"example",
        asks=frozenset({"POST /prints", "GET /prints/{job_id}", "GET /prints/{job_id}/picture"}),
    ),
    Case(provider="darkroom", call="contact_sheet.run", arguments={"film": "f1", "paper": "matt"}, brings=b"example"),
    Case(provider="darkroom", call="enlargement.run", arguments={"number": 3}, brings=b"example"),
    Case(provider="darkroom", call="preview", arguments={"film": "f1"}, brings=b"example"),
    Case(
        provider="darkroom",
        call="print.run",
        arguments={"film": b""},
        scenario="succeed; result=cut_short",
        brings=b"example",
    ),
    Case(
        provider="ledger",
        call="audit.run",
        arguments={"year": 1999},
        brings={"entries": [{}] * 8, "after": None},
        asks=frozenset({"POST /audits", "GET /audits/{job_id}", "GET /audits/{job_id}/entries"}),
    ),
    Case(
        provider="ledger",
        call="audit.run",
        arguments={"year": 1999},
        scenario="succeed; result=ok,502,cut_short,429",
        brings={"entries": [{}] * 8, "after": None},
    ),
    Case(
        provider="ledger",
        call="annotate",
        arguments={"year": 1999, "body": {"any": [1, {"x": None}]}},
        brings={"lines": ["example"]},
    ),
    Case(provider="ledger", call="copy.run", arguments={"year": 1999}, brings={"lines": ["example"] * 8}),
    Case(
        provider="jury",
        call="case.run",
        arguments={"question": "Is it so?"},
        brings={"status": "settled"},
        asks=frozenset({"POST /cases", "GET /cases/{job_id}"}),
    ),
    Case(provider="jury", call="case.run", arguments={"question": "Is it so?"}, scenario="fail", raises="CaseFailed"),
    Case(
        provider="foundry",
        call="cast.run",
        arguments={"endpoint": "a b", "shape": "x"},
        brings={"weight": 1.0},
        asks=frozenset({"POST /{endpoint}/run", "GET /{endpoint}/status/{job_id}"}),
    ),
    Case(
        provider="foundry",
        call="model.run",
        arguments={"model": "acme/large", "shape": "x"},
        brings={"weight": 1.0},
        asks=frozenset({"POST /models/{+model}/run", "GET /models/{+model}/requests/{job_id}"}),
    ),
    Case(
        provider="foundry",
        call="batch.run",
        arguments={"shape": "x"},
        brings=b"example",
        asks=frozenset({"POST /batches", "GET /batches/{job_id}", "GET /files/{output.file_id}/content"}),
    ),
    Case(provider="foundry", call="batch.run", arguments={"shape": "x"}, scenario="fail", raises="JobFailed"),
    Case(
        provider="foundry",
        call="ask.run",
        arguments={"shape": "x"},
        brings={"weight": 1.0},
        asks=frozenset({"POST /asks", "GET /status"}),
    ),
    Case(
        provider="foundry",
        call="tell.run",
        arguments={"shape": "x"},
        brings={"weight": 1.0},
        asks=frozenset({"POST /tells", "POST /status"}),
    ),
    Case(
        provider="foundry",
        call="queue.run",
        arguments={"shape": "x"},
        brings={"weight": 1.0},
        asks=frozenset({"POST /queue", "GET /queue/{job_id}", "GET /links/queue/result/{job_id}"}),
    ),
    Case(
        provider="foundry",
        call="thing.run",
        arguments={"shape": "x"},
        brings={"error": None},
        asks=frozenset({"POST /things", "GET /links/one_address/poll/{job_id}"}),
    ),
    Case(
        provider="foundry",
        call="stack.run",
        arguments={"shape": "x"},
        brings={"weight": 1.0},
        asks=frozenset({"POST /stacks", "GET /stacks/{job_id}"}),
    ),
    Case(provider="foundry", call="stack.run", arguments={"shape": "x"}, scenario="fail", raises="JobFailed"),
    Case(
        provider="foundry",
        call="project.run",
        arguments={"id": "a b/c", "shape": "x"},
        brings={"weight": 1.0},
        asks=frozenset({"PUT /projects/{id}/convert", "GET /projects/{job_id}"}),
    ),
    Case(
        provider="foundry", call="project.run", arguments={"id": "p", "shape": "x"}, scenario="fail", raises="JobFailed"
    ),
    Case(
        provider="foundry",
        call="row.run",
        arguments={"row": 7, "shape": "x"},
        brings={"row": 7},
        asks=frozenset({"POST /rows", "GET /rows/{job_id}"}),
    ),
    Case(
        provider="foundry",
        call="pour.run",
        arguments={"shape": "x"},
        brings={"weight": 1.0},
        asks=frozenset({"POST /ladles", "GET /ladles/{ladle.id}/pours/{job_id}"}),
    ),
    Case(provider="foundry", call="convert", arguments={"name": "p", "shape": "x"}, brings={"weight": 1.0}),
    Case(
        provider="harbor",
        call="voyage.run",
        arguments={"port": "x"},
        brings={"status": "moored"},
        asks=frozenset({"POST /voyages", "GET /links/voyage/poll/{job_id}"}),
    ),
    Case(provider="harbor", call="tide", arguments={"at": "noon"}, brings={"metres": 1.0}),
    Case(provider="harbor", call="chart", arguments={"api_version": "2025"}, brings={"metres": 1.0}),
    Case(
        provider="harbor",
        call="survey.run",
        arguments={"port": "x"},
        brings={"data": {"points": [{"text": "example"}] * 8}},
        asks=frozenset({"POST /surveys", "GET /surveys/{job_id}", "GET /surveys/{job_id}/points"}),
    ),
    Case(
        provider="harbor",
        call="survey.run",
        arguments={"port": "x"},
        scenario="succeed; result=ok,502,cut_short,429",
        brings={"data": {"points": [{"text": "example"}] * 8}},
    ),
    Case(
        provider="harbor",
        call="log.run",
        arguments={"port": "x"},
        brings=[{"text": "example"}] * 8,
        asks=frozenset({"POST /logs", "GET /logs/{job_id}", "GET /logs/{job_id}/entries"}),
    ),
    Case(
        provider="harbor",
        call="log.run",
        arguments={"port": "x"},
        scenario="succeed; result=ok,502,cut_short,429",
        brings=[{"text": "example"}] * 8,
    ),
    Case(
        provider="harbor",
        call="manifest.run",
        arguments={"port": "x"},
        brings={"lines": ["example"] * 8},
        asks=frozenset({"POST /manifests", "GET /manifests/{job_id}", "GET /manifests/{job_id}/lines"}),
    ),
    Case(
        provider="harbor",
        call="manifest.run",
        arguments={"port": "x"},
        scenario="succeed; result=ok,502,cut_short,429",
        brings={"lines": ["example"] * 8},
    ),
    Case(
        provider="harbor",
        call="cargo.run",
        arguments={"port": "x"},
        brings=["example"] * 8,
        asks=frozenset({"POST /cargos", "GET /cargos/{job_id}", "GET /cargos/{job_id}/boxes"}),
    ),
    Case(
        provider="harbor",
        call="cargo.run",
        arguments={"port": "x"},
        scenario="succeed; result=ok,502,cut_short,429",
        brings=["example"] * 8,
    ),
    Case(
        provider="harbor",
        call="crawl.run",
        arguments={"port": "x"},
        brings={"data": [{"text": "example"}] * 8},
        asks=frozenset({"POST /crawls", "GET /crawls/{job_id}"}),
    ),
    Case(
        provider="harbor",
        call="crawl.run",
        arguments={"port": "x"},
        scenario="succeed; result=ok,502,cut_short,429",
        brings={"data": [{"text": "example"}] * 8},
    ),
    Case(
        provider="harbor",
        call="walk.run",
        arguments={"port": "x"},
        brings={"steps": ["example"] * 8},
        asks=frozenset({"POST /walks", "GET /walks/{job_id}"}),
    ),
    Case(
        provider="harbor",
        call="walk.run",
        arguments={"port": "x"},
        scenario="succeed; result=ok,502,cut_short,429",
        brings={"steps": ["example"] * 8},
    ),
    Case(
        provider="beacon",
        call="scan.run",
        arguments={"where": "x"},
        brings={"flashes": 1},
        asks=frozenset({"POST /scans", "GET /scans/{job_id}"}),
    ),
    Case(
        provider="beacon",
        call="sweep.run",
        arguments={"port": "x", "deep": True},
        brings={"flashes": 1},
        asks=frozenset({"POST /ports/{port}/sweeps", "GET /ports/{port}/sweeps/{job_id}"}),
    ),
    Case(provider="beacon", call="scan.run", arguments={"where": "x"}, scenario="fail", raises="JobFailed"),
    Case(provider="beacon", call="scans", brings={}, asks=frozenset({"GET /scans"})),
)
