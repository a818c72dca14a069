"""Workflows of Arazzo: which operation submits a job, which one polls it, and how its polls end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bide.importer.documents.openapi import Api, Operation, api_of
from bide.importer.documents.reading import Json, Unreadable, read

_OUTPUT = re.compile(r"\$steps\.(?P<step>[\w-]+)\.outputs\.(?P<name>[\w.-]+)")
_SIMPLE = re.compile(r"\$response\.body#(?P<at>/[\w./~-]+)\s*==\s*(?P<word>'(?:[^']|'')*'|\"[^\"]*\"|[\w.-]+)")
_PATH = re.compile(r"@\.(?P<at>\w+)\s*==\s*(?P<word>'[^']*'|\"[^\"]*\"|[\w.-]+)")
_OPERATION_PATH = re.compile(
    r"\{\$sourceDescriptions\.(?P<source>[\w-]+)\.url\}#/paths/(?P<path>[^/]+)/(?P<method>\w+)"
)


def is_workflows(document: Json) -> bool:
    """Whether a document is one of Arazzo."""
    return isinstance(document, Mapping) and "arazzo" in document


def api_with_workflows(document: Json, path: Path) -> Api:
    """The API that the workflows are about, with links and criteria that say what they say. Raises `Unreadable`.

    Its OpenAPI document is a file in the folder of *path* or below.
    """
    version = str(document.get("arazzo"))
    if not version.startswith("1."):
        raise Unreadable(f"{path}: this is Arazzo {version}; 1.0 and 1.1 can be imported")
    sources = {
        str(each.get("name")): str(each.get("url"))
        for each in _mappings(document.get("sourceDescriptions"))
        if each.get("type", "openapi") == "openapi"
    }
    if len(sources) != 1:
        raise Unreadable(f"{path}: `sourceDescriptions` has {len(sources)} OpenAPI documents, and one is needed")
    [(name, url)] = sources.items()
    file = _beside(path, url)
    api = api_of(read(file), file)
    for workflow in _mappings(document.get("workflows")):
        _apply(api, [_step(api, each, name) for each in _mappings(workflow.get("steps"))])
    return api


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of a workflow."""

    name: str
    operation: Operation | None
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    successes: list[tuple[str, str]] = field(default_factory=list)
    """(pointer, word) of each condition on the body."""
    failures: list[tuple[str, str]] = field(default_factory=list)
    again: Mapping[str, Json] | None = None
    """The action that asks again, if there is one."""


def _beside(path: Path, url: str) -> Path:
    folder = path.resolve().parent
    file = (folder / unquote(url)).resolve()
    if urlsplit(url).scheme or not file.is_relative_to(folder):
        raise Unreadable(
            f"{path}: the OpenAPI document {url!r} must be a file in the same folder or below; download it"
        )
    return file


def _step(api: Api, raw: Mapping[str, Json], source: str) -> _Step:
    failures = _mappings(raw.get("onFailure"))
    again = [each for each in failures if each.get("type") == "retry"]
    own = str(raw.get("stepId"))
    back = [each for each in [*failures, *_mappings(raw.get("onSuccess"))] if each.get("stepId") == own]
    ends = [each for each in failures if each.get("type") == "end"]
    return _Step(
        own,
        _operation(api, raw, source),
        {str(each.get("name")): str(each.get("value")) for each in _mappings(raw.get("parameters"))},
        {str(name): str(value) for name, value in _mapping(raw.get("outputs")).items()},
        list(_conditions(raw.get("successCriteria"))),
        [found for each in ends for found in _conditions(each.get("criteria"))],
        next(iter([*again, *back]), None),
    )


def _operation(api: Api, raw: Mapping[str, Json], source: str) -> Operation | None:
    id_ = str(raw.get("operationId") or "").removeprefix(f"$sourceDescriptions.{source}.")
    if id_:
        return next((each for each in api.operations if each.id == id_), None)
    found = _OPERATION_PATH.search(str(raw.get("operationPath") or ""))
    if found is None or found["source"] != source:
        return None
    at = (unquote(found["path"]).replace("~1", "/").replace("~0", "~"), found["method"].lower())
    return next((each for each in api.operations if (each.path, each.method) == at), None)


def _conditions(criteria: Json) -> Iterator[tuple[str, str]]:
    """The words that a field of the body is compared with."""
    for each in _mappings(criteria):
        text = str(each.get("condition"))
        kind = each.get("type")
        is_path = (kind.get("type") if isinstance(kind, Mapping) else kind) == "jsonpath"
        for found in (_PATH if is_path else _SIMPLE).finditer(text):
            word = found["word"]
            plain = word[1:-1].replace("''", "'") if word[:1] in "'\"" else word
            yield f"/{found['at'].lstrip('/')}", plain


def _apply(api: Api, steps: list[_Step]) -> None:
    """Write what a workflow says into the operations, as OpenAPI says it: links, and `x-speakeasy-polling`."""
    for at, poll in enumerate(steps):
        asked = poll.operation
        if asked is None or (poll.again is None and not poll.successes):
            continue
        for submit in steps[:at]:
            parameters = _given(submit, poll)
            if submit.operation is None or submit.operation is asked or not parameters:
                continue
            _link(submit.operation, "poll", asked, parameters)
            _tell(asked, poll)
            for later in steps[at + 1 :]:
                if later.operation is not None and later.operation.method == "get" and _given(submit, later):
                    names = {value: name for name, value in poll.parameters.items()}
                    same = {name: f"$request.path.{names[v]}" for name, v in later.parameters.items() if v in names}
                    _link(asked, "result", later.operation, same)


def _given(submit: _Step, later: _Step) -> dict[str, str]:
    """The parameters of a step that are outputs of a submit, or the same inputs, as expressions for a link."""
    inputs = {value: name for name, value in submit.parameters.items()}
    found = {}
    has_output = False
    for name, value in later.parameters.items():
        output = _OUTPUT.fullmatch(value)
        if output is not None and output["step"] == submit.name and output["name"] in submit.outputs:
            found[name], has_output = submit.outputs[output["name"]], True
        elif value in inputs:
            found[name] = f"$request.path.{inputs[value]}"
    return found if has_output else {}


def _link(holder: Operation, name: str, target: Operation, parameters: Mapping[str, str]) -> None:
    link = {
        "operationRef": f"#/paths/{target.path.replace('/', '~1')}/{target.method}",
        "parameters": dict(parameters),
    }
    for reply in holder.successes:
        reply.links = {name: link, **reply.links}


def _tell(asked: Operation, poll: _Step) -> None:
    """The criteria and the pace of a poll."""
    again = poll.again or {}
    entry = {
        "successCriteria": [_criterion(*each) for each in poll.successes],
        "failureCriteria": [_criterion(*each) for each in poll.failures],
        "intervalSeconds": again.get("retryAfter"),
        "limitCount": again.get("retryLimit"),
    }
    known = asked.raw.get("x-speakeasy-polling")
    asked.raw = {**asked.raw, "x-speakeasy-polling": [*(known if isinstance(known, list) else []), entry]}


def _criterion(pointer: str, word: str) -> dict[str, str]:
    return {"condition": f'$response.body#{pointer} == "{word}"'}


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Json) -> list[Mapping[str, Json]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
