"""bad-example: an example is JSON and fits its model.

Why: examples are copied from the provider. If one does not fit, the model or the provider's page is wrong.

    models: {Job: {fields: {id: string}, examples: [{json: '{"id": 5}'}]}}    # refused: $.id is the number 5, not text

An example of a poll reply has every field with a `when` for its state:

    fields: {status: string, url?: {type: string, when: succeeded}}
    examples: [{json: '{"status": "done"}'}]                                  # refused, if done means succeeded

Unknown keys, enum values and discriminators are fine.

example-status (warning): the status in an example of a poll reply has a state.

Why: a client waits on at an unknown status, until its deadline.

    states: {queued: pending, done: succeeded}
    examples: [{json: '{"status": "finished"}'}]                              # warned about
    examples: [{json: '{"status": "done"}'}]                                  # fine
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import NoReturn

from bide import ir
from bide.ir.notation import NotationError, parse_pointer, parse_type
from bide.lint.fit import Misfit, fields_misfits, misfits
from bide.lint.spec import EndpointView, Spec, states_of
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path
from bide.spec.hints import did_you_mean

_MISSING = 'if it is optional, put a "?" after its name'


class _NotJson(Exception):
    """A text is not JSON; the message says why."""


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, model in spec.table("models").items():
        for path, text in _texts(("models", name, "examples"), model):
            found = list(_problems(spec, path, text, partial(_reply_misfits, spec, name)))
            yield from found or _in_its_state(spec, path, text, name)
    for endpoint in spec.endpoints:
        for path, text in _texts((*endpoint.path, "examples"), endpoint.raw):
            yield from _problems(spec, path, text, partial(_body_misfits, spec, endpoint))


def _texts(path: Path, raw: Json) -> Iterator[tuple[Path, str]]:
    for index, example in enumerate(raw.get("examples", [])):
        yield (*path, index, "json"), example["json"]


def _problems(
    spec: Spec, path: Path, text: str, misfits_of: Callable[[Json], Iterator[Misfit]]
) -> Iterator[Diagnostic]:
    try:
        found = [(str(misfit), _MISSING if misfit.is_missing else "") for misfit in misfits_of(_read(text))]
    except _NotJson as error:
        found = [(str(error), "")]
    except RecursionError:
        found = [("this JSON is nested too deeply", "")]
    yield from (spec.at_value(path, "bad-example", message, help_) for message, help_ in found)


def _read(text: str) -> Json:
    try:
        value = json.loads(text, parse_constant=_no_json)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno} of the example"
        raise _NotJson(f"this is not JSON: {error.msg}, in {place}") from None
    except UnicodeEncodeError:
        raise _NotJson("this is not JSON: it has half of a surrogate pair") from None
    except ValueError as error:
        raise _NotJson(f"this JSON cannot be read: {error}") from None
    return value


def _no_json(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _reply_misfits(spec: Spec, name: str, value: Json) -> Iterator[Misfit]:
    """How an example differs from its model. The example may have the envelope of the model or not."""
    where, inside = _opened(spec, name, value)
    envelope = _forgotten_envelope(spec, name, inside)
    if envelope is not None:
        what = f'has no field of {name}, but {where}.{envelope} has: add "envelope: {envelope}" to the model'
        yield Misfit(where, what)
    else:
        yield from misfits(spec, inside, ir.Named(name), where)


def _forgotten_envelope(spec: Spec, name: str, value: Json) -> str | None:
    """The key under which an example has the fields of its model, if it has none of them where they should be."""
    known = {view.wire for view in spec.fields(name)}
    if not isinstance(value, dict) or known & value.keys():
        return None
    inside = [key for key, part in value.items() if isinstance(part, dict) and known & part.keys()]
    return inside[0] if len(inside) == 1 else None


def _opened(spec: Spec, name: str, value: Json) -> tuple[str, Json]:
    """The example without its envelope, and where that is."""
    models = spec.table("models")
    envelope = models.get(models[name].get("is"), models[name]).get("envelope")
    inside = value.get(envelope) if isinstance(value, dict) and envelope else None
    return (f"$.{envelope}", inside) if isinstance(inside, dict) else ("$", value)


def _body_misfits(spec: Spec, endpoint: EndpointView, value: Json) -> Iterator[Misfit]:
    """How an example of a request differs from the body."""
    body = endpoint.raw.get("body")
    if body is None:
        yield Misfit("$", "is an example of a body, but this request has no body")
    elif isinstance(body, str):
        try:
            type_ = parse_type(body).type
        except NotationError:  # which unknown-type reports
            return
        yield from misfits(spec, value, type_)
    elif not isinstance(value, dict):
        yield Misfit("$", "is not an object")
    else:
        views = endpoint.body_fields
        required = {view.wire for view in views if not view.is_optional}
        yield from fields_misfits(spec, value, views, required, "$")


# --- examples of poll replies, in their states ------------------------------------------------------------------------


def _in_its_state(spec: Spec, path: Path, text: str, name: str) -> Iterator[Diagnostic]:
    """Problems of an example that fits its model, if that is the model of a poll reply."""
    where, value = _opened(spec, name, json.loads(text))
    shown = {
        lifecycle: _status(spec, lifecycle, name, value)
        for lifecycle, raw in spec.table("lifecycles").items()
        if "status" in raw and any(job.get("snapshot") == name for _, job in spec.jobs_of(lifecycle))
    }
    known = {status: None for lifecycle in shown for status in spec.states(lifecycle)}
    enums = {status for lifecycle in shown for raw in spec.status_values(lifecycle).values() for status in raw}
    for lifecycle, status in shown.items():
        if status is not None and status not in known and status not in enums:  # missing-state reports the latter
            message = f'{where}.{spec.table("lifecycles")[lifecycle]["status"]} is "{status}", which has no state'
            yield spec.at_value(path, "example-status", message, did_you_mean(status, known), "warning")
    states = {_state(spec, lifecycle, status, value) for lifecycle, status in shown.items()}
    for view in spec.fields(name) if states else ():
        is_nullable = view.type is not None and view.type.nullable and view.wire in value
        if states <= states_of(view.more.get("when")) and value.get(view.wire) is None and not is_nullable:
            state = ", ".join(sorted(filter(None, states)))
            what = "null" if view.wire in value else "missing"
            help_ = 'if that is right, correct its "when"'
            yield spec.at_value(path, "bad-example", f"{where}.{view.wire} is {what} in the state {state}", help_)


def at(value: Json, pointer: str) -> Json:
    """The value at a pointer; `None` if there is none."""
    for step in parse_pointer(pointer):
        if isinstance(value, list) and ir.INDEX.fullmatch(step):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _status(spec: Spec, lifecycle: str, name: str, value: Json) -> str | None:
    """The status in an example, as `states` spells it; `None` if there is none."""
    pointer = spec.table("lifecycles")[lifecycle]["status"]
    status = at(value, pointer)
    if status is None or isinstance(status, list | dict):
        return None
    if not isinstance(status, str):
        return json.dumps(status)
    type_ = spec.follow_or_none(pointer, ir.Named(name))
    enum = spec.table("enums").get(type_.name, {}) if isinstance(type_, ir.Named) else {}
    known = {one.casefold(): one for one in spec.states(lifecycle)} if enum.get("ignore_case") else {}
    return known.get(status.casefold(), status)


def _state(spec: Spec, lifecycle: str, status: str | None, value: Json) -> str | None:
    """The state of an example; `None` if it has none, or if other fields decide it."""
    raw = spec.table("lifecycles")[lifecycle]
    state = spec.states(lifecycle).get(status) if status is not None else None
    is_ready = all(at(value, pointer) == wanted for pointer, wanted in raw.get("ready", {}).items())
    return state.value if state is not None and "ends" not in raw and (is_ready or not state.is_final) else None
