"""Exported documents: valid, the same each time, and with all requests and jobs of the spec."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from bide.cli.app import main
from bide.exporter.arazzo import arazzo
from bide.exporter.openapi import openapi
from bide.lint.pipeline import read_spec

REPOSITORY = Path(__file__).parents[2]
SPECS = sorted(
    [
        *(REPOSITORY / "specs").glob("*.yaml"),
        *(REPOSITORY / "tests" / "authored").glob("*.yaml"),
        *(REPOSITORY / "tests" / "providers").glob("*/spec.yaml"),
    ]
)
SCRAPIO = REPOSITORY / "specs" / "scrapio.yaml"


def name_of(path: Path) -> str:
    return path.parent.name if path.stem == "spec" else path.stem


def document(path: Path) -> Any:
    return json.loads(json.dumps(openapi(read_spec(path.name, path.read_text("utf-8")))))


def operations(found: Any) -> Iterator[Any]:
    return (each for methods in found["paths"].values() for each in methods.values())


@pytest.mark.parametrize("path", SPECS, ids=name_of)
def test_an_openapi_document_is_valid(path: Path) -> None:
    """It fits the schema of OpenAPI 3.1, and each reference leads somewhere."""
    assert [str(error) for error in OpenAPIV31SpecValidator(document(path)).iter_errors()] == []


@pytest.mark.parametrize("path", SPECS, ids=name_of)
def test_every_request_is_there(path: Path) -> None:
    """Each operation, and each submit, poll, result and cancellation at a path of its own, has its path and method."""
    provider = read_spec(path.name, path.read_text("utf-8"))
    endpoints = [each.endpoint for each in provider.operations]
    endpoints += [job.submit for job in provider.jobs]
    endpoints += [each for lifecycle in provider.lifecycles for each in lifecycle.endpoints if each.link is None]
    found = {(method, path.count("{"), path.count("/")) for path, methods in document_paths(path) for method in methods}

    assert {(each.method.lower(), each.path.count("{"), each.path.count("/")) for each in endpoints} == found


def document_paths(path: Path) -> Iterator[tuple[str, Any]]:
    yield from document(path)["paths"].items()


@pytest.mark.parametrize("path", SPECS, ids=name_of)
def test_a_link_leads_to_an_operation(path: Path) -> None:
    """Each link names an operation of the document, and gives all parameters of its path."""
    found = document(path)
    by_id = {each["operationId"]: each for each in operations(found)}
    links = [reply["links"] for each in operations(found) for reply in each["responses"].values() if "links" in reply]

    for link in (link for each in links for link in each.values()):
        needed = {each["name"] for each in by_id[link["operationId"]].get("parameters", []) if each["in"] == "path"}
        assert link["parameters"].keys() == needed


@pytest.mark.parametrize("path", SPECS, ids=name_of)
def test_what_is_read_of_a_reply_is_in_its_schema(path: Path) -> None:
    """Each place of a link, of a polling criterion and of a workflow leads to a property, also in an envelope."""
    found = document(path)
    for operation in operations(found):
        said = json.dumps([operation.get("x-speakeasy-polling"), [each.get("links") for each in replies(operation)]])
        for place in re.findall(r"\$response\.body#/([^\s\"\\]+)", said):
            assert any(leads(found, schema, place.split("/")) for schema in schemas(operation)), place
    by_id = {each["operationId"]: each for each in operations(found)}
    for workflow in arazzo(read_spec(path.name, path.read_text("utf-8")))["workflows"]:
        for step in workflow["steps"]:
            for place in re.findall(r"\$response\.body#/([^\s\"\\]+)", json.dumps(step)):
                operation = by_id[step["operationId"]]
                assert any(leads(found, schema, place.split("/")) for schema in schemas(operation)), place


def replies(operation: Any) -> list[Any]:
    return list(operation["responses"].values())


def schemas(operation: Any) -> list[Any]:
    return [content["schema"] for reply in replies(operation) for content in reply.get("content", {}).values()]


def leads(found: Any, schema: Any, names: list[str]) -> bool:
    """Whether the names lead to a property, or into an object of any properties."""
    if "$ref" in schema:
        return leads(found, found["components"]["schemas"][schema["$ref"].rpartition("/")[2]], names)
    for several in (schema.get("anyOf"), schema.get("oneOf"), schema.get("allOf")):
        if several is not None:
            return any(leads(found, each, names) for each in several)
    if not names:
        return True
    if "items" in schema:
        return names[0].isdecimal() and leads(found, schema["items"], names[1:])
    if "properties" not in schema:
        return schema.get("type") in (None, "object", ["object", "null"])
    name, *rest = names
    return name in schema["properties"] and leads(found, schema["properties"][name], rest)


def test_the_shapes_of_errors_are_said() -> None:
    """Each error may be one of them."""
    provider = read_spec("anakin.yaml", (REPOSITORY / "specs" / "anakin.yaml").read_text("utf-8"))
    found = openapi(provider)
    [schema] = [each["schema"] for each in found["components"]["responses"]["Error"]["content"].values()]

    assert len(schema["anyOf"]) == len(provider.errors)
    assert all({"$ref": "#/components/responses/Error"} == each["responses"]["default"] for each in operations(found))


def test_an_open_enum_has_its_known_values_as_examples() -> None:
    """Mock servers reply with these, and not with any text; it is no `enum`, since there may be other values."""
    status = document(SCRAPIO)["components"]["schemas"]["JobStatus"]

    assert "enum" not in status
    assert status["x-extensible-enum"] == status["examples"] != []


def test_jobs_at_one_address_are_one_operation() -> None:
    """The submits that a constant in the body tells apart are choices of one body."""
    found = document(SCRAPIO)
    submit = found["paths"]["/v1/jobs"]["post"]

    assert len(submit["requestBody"]["content"]["application/json"]["schema"]["anyOf"]) == 5
    assert submit["responses"]["200"]["links"]["poll"]["operationId"] == "job.poll"


def test_polling_is_described_for_speakeasy() -> None:
    """A poll has an entry for each status with a result."""
    poll = document(SCRAPIO)["paths"]["/v1/jobs/{job_id}"]["get"]

    assert [each["successCriteria"] for each in poll["x-speakeasy-polling"]] == [
        [{"condition": '$response.body#/status == "completed"'}],
        [{"condition": '$response.body#/status == "partial"'}],
    ]


@pytest.mark.parametrize("path", SPECS, ids=name_of)
def test_workflows_are_of_the_document(path: Path) -> None:
    """Each step is an operation of the OpenAPI document with all parameters of its path, and each poll is repeated."""
    by_id = {each["operationId"]: each for each in operations(document(path))}
    workflows = arazzo(read_spec(path.name, path.read_text("utf-8")))["workflows"]

    for step in (step for workflow in workflows for step in workflow["steps"]):
        needed = {each["name"] for each in by_id[step["operationId"]].get("parameters", []) if each["in"] == "path"}
        assert needed <= {each["name"] for each in step.get("parameters", [])}, step["operationId"]
        if step["stepId"] == "poll":
            assert step["onFailure"][-1]["type"] == "retry"


def test_the_workflow_of_a_job() -> None:
    """It submits, asks again until there is a result or the job has failed, and fetches the result."""
    fetch, *_ = arazzo(read_spec("scrapio.yaml", SCRAPIO.read_text("utf-8")))["workflows"]
    submit, poll, result = fetch["steps"]

    assert submit["outputs"] == {"job_id": "$response.body#/job_id"}
    assert poll["parameters"] == [{"name": "job_id", "in": "path", "value": "$steps.submit.outputs.job_id"}]
    assert [each["type"] for each in poll["onFailure"]] == ["end", "retry"]
    assert fetch["outputs"] == {"result": "$steps.result.outputs.result"}
    assert result["operationId"] == "job.result"


def test_a_result_may_need_a_value_of_the_poll() -> None:
    """The workflow takes it from the reply that has it."""
    path = REPOSITORY / "tests" / "providers" / "surveyor" / "spec.yaml"
    workflows = arazzo(read_spec("spec.yaml", path.read_text("utf-8")))["workflows"]
    [flight] = [each for each in workflows if each["workflowId"] == "flight"]
    _, poll, result = flight["steps"]

    assert poll["outputs"]["shelf"] == "$response.body#/data/shelf"
    assert result["parameters"] == [{"name": "shelf", "in": "path", "value": "$steps.poll.outputs.shelf"}]


def test_jobs_that_are_left_out_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And a document without any workflow, which Arazzo does not allow, is not written."""
    surveyor = REPOSITORY / "tests" / "providers" / "surveyor" / "spec.yaml"
    assert main(["export", "arazzo", str(surveyor)]) == 0
    assert capsys.readouterr().err == "bide: left out, as a workflow cannot describe their requests: survey\n"

    out = tmp_path / "out.yaml"
    snowflake = REPOSITORY / "generator" / "bide" / "gallery" / "snowflake.yaml"
    assert main(["export", "arazzo", str(snowflake), "--out", str(out)]) == 1
    assert "has no job for a workflow, so nothing was written" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("kind", ["openapi", "arazzo"])
def test_the_command(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """YAML and JSON have the same document, and the same bytes each time."""
    assert main(["export", kind, str(SCRAPIO)]) == 0
    printed = capsys.readouterr().out
    assert main(["export", kind, str(SCRAPIO), "--out", str(tmp_path / "out.json")]) == 0
    assert main(["export", kind, str(SCRAPIO), "--out", str(tmp_path / "out.yaml")]) == 0

    assert (tmp_path / "out.yaml").read_text("utf-8") == printed
    assert yaml.safe_load(printed) == json.loads((tmp_path / "out.json").read_text("utf-8"))


def test_a_spec_with_errors_is_not_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its errors are printed."""
    spec = tmp_path / "spec.yaml"
    spec.write_text("bide: 1\n")

    assert main(["export", "openapi", str(spec)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "error[missing-key]" in said.err
