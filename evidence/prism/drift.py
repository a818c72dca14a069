"""Change a spec in one place after another, and see that `bide verify` reports that and nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bide.spec import document as source
from evidence.prism.server import Prism
from evidence.prism.trial import bide, verify

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a spec, and what has to be reported of it."""

    what: str
    spec: Spec
    finding: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What was reported of an edit."""

    document: str
    edit: Edit
    findings: list[str]

    @property
    def is_exact(self) -> bool:
        return sorted(self.findings) == sorted(filter(None, self.edit.finding.split("\n")))


def edits(spec: Spec, job: str, reply: dict[str, Any]) -> Iterator[Edit]:
    """The changes of the model that a poll replied with: several of each kind, of which one has to check clean."""
    model = spec["jobs"][job]["snapshot"]
    lifecycle = spec["jobs"][job]["lifecycle"]
    fields: dict[str, Any] = spec["models"][model]["fields"]
    kinds = {key: each.get("type") if isinstance(each, dict) else each for key, each in fields.items()}
    for key in reversed(fields):
        if key.rstrip("?") in reply:
            text = f'{model} has no field "{key.rstrip("?")}" [unknown-field]'
            yield Edit(f"without the field `{key.rstrip('?')}`", _changed(spec, model, key), text)
    status: Any = reply
    for step in spec["lifecycles"][lifecycle]["status"].split("."):
        status = status[step]
    without = copy.deepcopy(spec)
    del without["lifecycles"][lifecycle]["states"][status]
    found = [f'the status "{status}" has no state [unknown-status]']
    at = spec["lifecycles"][lifecycle]["status"]
    enum = kinds.get(at) or kinds.get(f"{at}?")
    if enum in spec.get("enums", {}):  # `bide check` wants a state for each of its values
        del without["enums"][enum]["values"][status]
        found.append(f'{enum} has no value "{status}" [unknown-value]')
    yield Edit(f"without the status `{status}`", without, "\n".join(found))
    for key in fields:
        if key.endswith("?") and key[:-1] not in reply:
            text = f"{model}.{key[:-1]} is required, and is missing [missing-field]"
            changed = _changed(spec, model, key, key[:-1], fields[key])
            yield Edit(f"with the field `{key[:-1]}` required", changed, text)
    for key, kind in kinds.items():
        if kind in ("string", "datetime", "uuid") and isinstance(reply.get(key.rstrip("?")), str):
            text = f"{model}.{key.rstrip('?')} is text, and not an integer [wrong-type]"
            yield Edit(f"with `{key.rstrip('?')}` as an integer", _changed(spec, model, key, key, "integer"), text)


def kind_of(edit: Edit) -> str:
    """Which of the four kinds of edits it is."""
    return edit.finding.partition("\n")[0].rpartition("[")[2].rstrip("]")


def drifts(spec: Path, served: Path, job: str, folder: Path) -> list[Seen]:
    """One edit of each kind, none, and all of them, each verified against Prism with the document as it is."""
    data: Spec = json.loads(json.dumps(source.read(spec.name, spec.read_text(encoding="utf-8")).get()))
    with Prism(served, folder / "drift.log") as prism:
        kept = folder / "drift.har"
        said, _ = verify(spec, prism.url, [job], [], more=("--save", str(kept)))
        entries = json.loads(kept.read_text(encoding="utf-8"))["log"]["entries"]
        reply = json.loads(entries[-1]["response"]["content"]["text"])
        chosen: dict[str, Edit] = {}
        for edit in edits(data, job, reply):
            if kind_of(edit) not in chosen and _is_clean(edit.spec, folder):
                chosen[kind_of(edit)] = edit
        seen = [Seen(spec.stem, Edit("as imported", data, ""), _lines(said.findings))]
        for edit in chosen.values():
            said, _ = verify(_written(edit.spec, folder), prism.url, [job], [])
            seen.append(Seen(spec.stem, edit, _lines(said.findings)))
    return seen


def _lines(findings: Any) -> list[str]:
    return [f"{each.message} [{each.kind}]" for each in findings]


def _changed(spec: Spec, model: str, key: str, new: str = "", value: Any = None) -> Spec:
    """A copy with another field in place of one, or without it."""
    changed = copy.deepcopy(spec)
    fields = changed["models"][model]["fields"]
    changed["models"][model]["fields"] = {
        (new if each == key else each): (value if each == key else what)
        for each, what in fields.items()
        if each != key or new
    }
    return changed


def _written(spec: Spec, folder: Path) -> Path:
    path = folder / "drifted.yaml"
    path.write_text(json.dumps(spec), encoding="utf-8")  # JSON is YAML
    return path


def _is_clean(spec: Spec, folder: Path) -> bool:
    return bide("check", str(_written(spec, folder)), folder=folder).returncode == 0
