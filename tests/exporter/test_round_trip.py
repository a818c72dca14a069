"""The import of an export: the same spec, but for what OpenAPI cannot say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bide import ir
from bide.exporter.arazzo import arazzo
from bide.exporter.bodies import envelope_of
from bide.importer.documents.openapi import api_of
from bide.importer.importing import Wanted, imported, opened
from bide.lint.pipeline import read_spec
from tests.exporter.test_exporter import SPECS, document, name_of


def came_back(path: Path) -> tuple[ir.Provider, ir.Provider]:
    """A spec, and what the import of its export gives."""
    spec = read_spec(path.name, path.read_text("utf-8"))
    wanted = Wanted(name=spec.name, operations=True)
    found = imported(api_of(document(path)), wanted, source="export", schema="bide.schema.json")
    return spec, read_spec("import.yaml", found.text)


def said(found: Any, job: ir.Job) -> Any:
    """The submit of a job in an exported document, if it is there alone and with a link to its poll."""
    operation = found["paths"].get(plain(job.submit.path), {}).get(job.submit.method.lower(), {})
    is_alone = operation.get("operationId") == f"{job.name}.submit" and "Or, as " not in operation.get(
        "description", ""
    )
    return operation if is_alone and any("links" in each for each in operation["responses"].values()) else None


def plain(path: str) -> str:
    return path.replace("{+", "{")


def at(endpoint: ir.Endpoint | None) -> tuple[str, str] | None:
    return None if endpoint is None else (endpoint.method, plain(endpoint.path))


def arguments(job: ir.Job) -> dict[str, bool]:
    """Whether each argument is optional, but for constants and bodies without fields."""
    return {
        each.field.wire: each.field.optional
        for each in job.submit.named.values()
        if not each.field.is_const and each is not job.submit.whole
    }


def whole(spec: ir.Provider, model: str | None, pointer: ir.Pointer) -> ir.Pointer:
    """A pointer with the envelope that it starts inside of."""
    envelope = envelope_of(spec, None if model is None else ir.Named(model)) if pointer else ""
    return (envelope, *pointer) if envelope else pointer


def words(lifecycle: ir.Lifecycle) -> tuple[set[str], set[str]]:
    """The statuses with a result, and those that end without one."""
    states = lifecycle.states.items()
    good = {word for word, state in states if state.has_result}
    return good, {word for word, state in states if state.is_final} - good


@pytest.mark.parametrize("path", SPECS, ids=name_of)
def test_an_export_can_be_imported(path: Path) -> None:
    """Each job that the document says comes back with its name, addresses, id, ends, and arguments."""
    spec, back = came_back(path)
    found = document(path)
    jobs = {job.name: job for job in back.jobs}

    for job in spec.jobs:
        if said(found, job) is None:
            continue
        other = jobs[job.name]
        mine, theirs = job.lifecycle, other.lifecycle
        assert at(job.submit) == at(other.submit)
        assert whole(spec, job.reply, job.job_id.field) == whole(back, other.reply, other.job_id.field)
        assert job.job_id.header == other.job_id.header
        assert at(mine.poll) == at(theirs.poll)
        assert whole(spec, job.snapshot, mine.status) == whole(back, other.snapshot, theirs.status)
        if mine.status:  # otherwise it is told by HTTP codes, of which OpenAPI says no more than that they occur
            assert words(mine) == words(theirs)
        links = found["paths"][plain(mine.poll.path)][mine.poll.method.lower()]["responses"]
        linked = {name for reply in links.values() for name in reply.get("links", {})}
        if "result" in linked:
            assert at(mine.result.endpoint) == at(theirs.result.endpoint)
        if "cancel" in linked and mine.cancel is not None:
            assert theirs.cancel is not None
            assert at(mine.cancel.endpoint) == at(theirs.cancel.endpoint)
        missing = arguments(job).items() - arguments(other).items()
        assert not missing, missing


def test_workflows_can_be_imported(tmp_path: Path) -> None:
    """The import of `bide export arazzo` has the jobs of its workflows, without the links of the OpenAPI document."""
    path = next(path for path in SPECS if path.stem == "knowledgesdk")
    spec, found = read_spec(path.name, path.read_text("utf-8")), document(path)
    for methods in found["paths"].values():
        for operation in methods.values():
            operation.pop("x-speakeasy-polling", None)
            for reply in operation["responses"].values():
                reply.pop("links", None)
    (tmp_path / "openapi.json").write_text(json.dumps(found))
    (tmp_path / "arazzo.json").write_text(json.dumps(arazzo(spec, url="openapi.json")))

    wanted = Wanted(name=spec.name)
    back = read_spec("x.yaml", imported(opened(tmp_path / "arazzo.json"), wanted, source="x", schema="x").text)
    jobs = {other.name: other for other in back.jobs}
    assert {workflow["workflowId"] for workflow in arazzo(spec)["workflows"]} <= jobs.keys()
    job = spec.jobs[0]
    other = jobs[job.name]
    assert (at(job.submit), at(job.lifecycle.poll)) == (at(other.submit), at(other.lifecycle.poll))
    assert job.job_id.field == other.job_id.field
    assert words(job.lifecycle) == words(other.lifecycle)


def test_most_jobs_come_back() -> None:
    """Of the three real providers: all but the kinds of one that share an address."""
    real = [path for path in SPECS if path.parent.name == "specs"]
    said_of = {job.name for path in real for job in came_back(path)[0].jobs if said(document(path), job)}

    assert len(said_of) >= 11, said_of
