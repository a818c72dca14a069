"""bad-example: an example is JSON and fits its model.

Why: examples are copied from the provider. If one does not fit, the model or the provider's page is wrong.

    models: {Job: {fields: {id: string}, examples: [{json: '{"id": 5}'}]}}    # refused: $.id is the number 5, not text

Unknown keys, enum values and discriminators are fine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import NoReturn

from bide import ir
from bide.ir.notation import parse_type
from bide.lint.fit import Misfit, fields_misfits, misfits
from bide.lint.spec import EndpointView, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path

_MISSING = 'if it is optional, put a "?" after its name'


class _NotJson(Exception):
    """A text is not JSON; the message says why."""


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, model in spec.table("models").items():
        for path, text in _texts(("models", name, "examples"), model):
            yield from _problems(spec, path, text, partial(_reply_misfits, spec, name))
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
    models = spec.table("models")
    envelope = models.get(models[name].get("is"), models[name]).get("envelope")
    inside = value.get(envelope) if isinstance(value, dict) and envelope else None
    if isinstance(inside, dict):
        yield from misfits(spec, inside, ir.Named(name), f"$.{envelope}")
    else:
        yield from misfits(spec, value, ir.Named(name))


def _body_misfits(spec: Spec, endpoint: EndpointView, value: Json) -> Iterator[Misfit]:
    """How an example of a request differs from the body."""
    body = endpoint.raw.get("body")
    if body is None:
        yield Misfit("$", "is an example of a body, but this request has no body")
    elif isinstance(body, str):
        yield from misfits(spec, value, parse_type(body).type)
    elif not isinstance(value, dict):
        yield Misfit("$", "is not an object")
    else:
        views = endpoint.body_fields
        required = {view.wire for view in views if not view.is_optional}
        yield from fields_misfits(spec, value, views, required, "$")
