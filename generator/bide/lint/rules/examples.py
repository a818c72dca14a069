"""bad-example: an example is JSON, and fits its model.

Why: examples are the provider's own words. Where one does not fit, the model is wrong, or the page is.

Keys, enum values and tags that the spec does not know are fine. Every error says where in the JSON it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NoReturn

from bide import ir
from bide.diagnostics import Diagnostic
from bide.lint.fit import Misfit, fields_misfits, misfits
from bide.lint.spec import EndpointView, Spec
from bide.source import Json, Path


class _NotJson(ValueError):
    pass


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, model in spec.table("models").items():
        for path, value in _values(spec, ("models", name, "examples"), model.get("examples", [])):
            yield from _reported(
                spec, path, value if isinstance(value, Diagnostic) else misfits(spec, value, ir.Named(name))
            )
    for endpoint in spec.endpoints():
        for path, value in _values(spec, (*endpoint.path, "examples"), endpoint.raw.get("examples", [])):
            yield from _reported(
                spec, path, value if isinstance(value, Diagnostic) else _body_misfits(spec, value, endpoint)
            )


def _reported(spec: Spec, path: Path, found: Diagnostic | Iterator[Misfit]) -> Iterator[Diagnostic]:
    if isinstance(found, Diagnostic):
        yield found
    else:
        yield from (spec.at_value(path, "bad-example", str(misfit)) for misfit in found)


def _values(spec: Spec, path: Path, raw: list[Json]) -> Iterator[tuple[Path, Json | Diagnostic]]:
    for index, example in enumerate(raw):
        here = (*path, index, "json")
        try:
            yield here, _read(example["json"])
        except _NotJson as error:
            yield here, spec.at_value(here, "bad-example", str(error))


def _read(text: str) -> Json:
    try:
        value = json.loads(text, parse_constant=_no_json)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except json.JSONDecodeError as error:
        raise _NotJson(
            f"this is not JSON: {error.msg}, in line {error.lineno}, column {error.colno} of the example"
        ) from None
    except UnicodeEncodeError:
        raise _NotJson("this is not JSON: half a surrogate pair") from None
    except (RecursionError, ValueError) as error:
        raise _NotJson(f"this JSON cannot be read: {error}") from None
    return value


def _no_json(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _body_misfits(spec: Spec, value: Json, endpoint: EndpointView) -> Iterator[Misfit]:
    """How an example of a request is not like the operation's body."""
    body = endpoint.raw.get("body")
    if body is None:
        yield Misfit("$", "is an example of a body, and this request has none")
    elif isinstance(body, str):
        yield from misfits(spec, value, ir.Named(body))
    elif not isinstance(value, dict):
        yield Misfit("$", "is not an object")
    else:
        views = endpoint.body_fields
        required = {view.wire for view in views if not view.is_optional}
        yield from fields_misfits(spec, value, tuple(views), required, "$")
