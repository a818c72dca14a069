"""unknown-model: a name is a model where a model is needed.

Why: pointers and arguments need a type with fields.

    snapshot: Jbo           # refused
    snapshot: JobStatus     # refused, if JobStatus is an enum
    snapshot: Job           # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path
from bide.spec.hints import did_you_mean


def check(spec: Spec) -> Iterator[Diagnostic]:
    for path, name in _named(spec):
        if spec.is_model(name):
            continue
        kind = next((kind for kind in ("enum", "union") if name in spec.table(f"{kind}s")), None)  # type: ignore[arg-type]  # "enums" and "unions" are tables
        message = (
            f'"{name}" is {"an" if kind == "enum" else "a"} {kind}, and a model is needed here'
            if kind
            else f'there is no model "{name}"'
        )
        yield spec.at_value(path, "unknown-model", message, did_you_mean(name, spec.table("models")))


def _is_misspelt(spec: Spec, body: Json) -> bool:
    """Whether a body is a name of nothing: probably of a model. unknown-type reports other faults of its type."""
    return isinstance(body, str) and body.isalnum() and body[0].isupper() and not spec.is_type(body)


def _named(spec: Spec) -> Iterator[tuple[Path, str]]:
    """Every reference to a model that is not a type."""
    for name, model in spec.table("models").items():
        if "is" in model:
            yield ("models", name, "is"), model["is"]
    for name in spec.table("unions"):
        yield from ((path, variant) for path, _, variant in spec.variants(name))
    for endpoint in spec.endpoints:
        if _is_misspelt(spec, endpoint.raw.get("body")):
            yield (*endpoint.path, "body"), endpoint.raw["body"]
        for view in endpoint.body_fields:
            if "flatten" in view.more:
                yield (*view.path, "flatten"), view.more["flatten"]
    for name, operation in spec.table("operations").items():
        stream = operation.get("stream", {})
        for key in ("events", "lines"):
            events = stream.get(key, {})
            if isinstance(events, dict):
                yield from ((("operations", name, "stream", key, event), model) for event, model in events.items())
            elif events not in spec.table("unions"):
                yield ("operations", name, "stream", key), events
    for name, job in spec.table("jobs").items():
        if "returns" in job["submit"]:
            yield ("jobs", name, "submit", "returns"), job["submit"]["returns"]
        if "snapshot" in job:
            yield ("jobs", name, "snapshot"), job["snapshot"]
