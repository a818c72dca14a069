"""Workflows of Arazzo: what they say of the jobs of an OpenAPI document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bide.importer.importing import NotImported, Wanted, imported, opened
from bide.spec.document import read
from tests.importer.documents import document, poll, submit

MADE = {"type": "object", "required": ["ref"], "properties": {"ref": {"type": "string"}, "mood": {"type": "string"}}}
PATHS = {
    "/brew": {"post": submit(MADE, operationId="brew")},
    "/kettle/{which}": {"get": poll(MADE, operationId="look")},
    "/cup/{which}": {"get": poll({"type": "object", "properties": {"tea": {"type": "string"}}}, operationId="pour")},
}
STEPS: list[dict[str, Any]] = [
    {"stepId": "put_on", "operationId": "brew", "outputs": {"ref": "$response.body#/ref"}},
    {
        "stepId": "wait",
        "operationId": "look",
        "parameters": [{"name": "which", "in": "path", "value": "$steps.put_on.outputs.ref"}],
        "successCriteria": [{"condition": "$response.body#/mood == 'hot'"}],
        "onFailure": [
            {"name": "cold", "type": "end", "criteria": [{"condition": "$response.body#/mood == 'spilt'"}]},
            {"name": "again", "type": "retry", "retryAfter": 20, "retryLimit": 30},
        ],
    },
    {
        "stepId": "pour",
        "operationId": "pour",
        "parameters": [{"name": "which", "in": "path", "value": "$steps.put_on.outputs.ref"}],
    },
]


def workflows(steps: list[dict[str, Any]], url: str = "openapi.json") -> dict[str, Any]:
    return {
        "arazzo": "1.0.1",
        "info": {"title": "Tea", "version": "1"},
        "sourceDescriptions": [{"name": "tea", "url": url, "type": "openapi"}],
        "workflows": [{"workflowId": "tea", "steps": steps}],
    }


def spec_of(folder: Path, found: dict[str, Any]) -> dict[str, Any]:
    """The spec that workflows and their document give, as data."""
    (folder / "openapi.json").write_text(json.dumps(document(PATHS)))
    (folder / "tea.json").write_text(json.dumps(found))
    made = imported(opened(folder / "tea.json"), Wanted(name="tea"), source="tea.json", schema="s")
    data: dict[str, Any] = read("tea.yaml", made.text).data
    return data


def check(spec: dict[str, Any]) -> None:
    [job] = spec["jobs"].values()
    [lifecycle] = spec["lifecycles"].values()
    assert ("/brew", "ref") == (job["submit"]["post"], job["submit"]["job_id"])
    assert {"get": "/kettle/{job_id}"} == lifecycle["poll"]
    assert {"get": "/cup/{job_id}"} == lifecycle["result"]
    assert ("mood", {"hot": "succeeded", "spilt": "failed"}) == (lifecycle["status"], lifecycle["states"])
    assert {"interval": "20s", "timeout": "10m"} == lifecycle["polling"]


def test_a_workflow_says_what_the_document_does_not(tmp_path: Path) -> None:
    """The submit, its poll and result, the id, the ends and the pace, for operations that nothing else connects."""
    check(spec_of(tmp_path, workflows(STEPS)))
    (tmp_path / "openapi.json").write_text(json.dumps(document(PATHS)))
    with pytest.raises(KeyError):
        check(
            read("x", imported(opened(tmp_path / "openapi.json"), Wanted(name="x"), source="s", schema="s").text).data
        )


def test_operations_can_be_named_in_three_ways(tmp_path: Path) -> None:
    """By id, by source and id, and by path; conditions also as JSONPath."""
    first, second, third = json.loads(json.dumps(STEPS))
    first["operationId"] = "$sourceDescriptions.tea.brew"
    del second["operationId"]
    second["operationPath"] = "{$sourceDescriptions.tea.url}#/paths/~1kettle~1{which}/get"
    second["successCriteria"] = [
        {"context": "$response.body", "type": "jsonpath", "condition": "$[?(@.mood == 'hot')]"}
    ]

    check(spec_of(tmp_path, workflows([first, second, third])))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sourceDescriptions": []}, "has 0 OpenAPI documents, and one is needed"),
        ({"arazzo": "2.0.0"}, "this is Arazzo 2.0.0"),
        (workflows(STEPS, "https://tea.example/openapi.json"), "must be a file in the same folder"),
        (workflows(STEPS, "../openapi.json"), "must be a file in the same folder"),
        (workflows(STEPS, "missing.json"), "no such file"),
    ],
)
def test_what_cannot_be_followed_is_explained(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    """The network and other folders are never asked."""
    with pytest.raises(NotImported, match=says):
        spec_of(tmp_path, {**workflows(STEPS), **change})


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [7, {"stepId": 7}, {"operationId": "nope", "parameters": [{"name": [], "value": {}}]}],
        [{**STEPS[0], "outputs": []}, {**STEPS[1], "onFailure": {"type": "retry"}, "successCriteria": "x"}],
        [STEPS[1], STEPS[0]],
        [STEPS[0], {**STEPS[1], "onFailure": [{"type": "retry", "retryAfter": "soon", "retryLimit": -1}]}],
    ],
)
def test_odd_workflows_do_no_harm(steps: list[Any], tmp_path: Path) -> None:
    """The rest of the document is imported as if they were not there."""
    assert spec_of(tmp_path, workflows(steps))["name"] == "tea"
