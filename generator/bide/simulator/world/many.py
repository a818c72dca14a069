"""The ids in a poll of many jobs. Independent of the jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bide.ir import Json, PollMany
from bide.simulator.life.answer import Asked
from bide.simulator.world.arguments import Arguments


def read(many: PollMany, asked: Asked) -> Arguments:
    """The arguments of a poll of many jobs: the list of ids, by the name in the spec."""
    ids = _in_query(many, asked) if many.ids_in == "query" else _in_body(many, asked)
    problems = tuple(_problems(many, asked, ids))
    return Arguments(sent={} if problems else {many.ids: ids}, problems=problems, strange={})


def _in_query(many: PollMany, asked: Asked) -> Json:
    given = [text for name, text in asked.query if name == many.ids]
    return given[0].split(",") if len(given) == 1 else None


def _in_body(many: PollMany, asked: Asked) -> Json:
    try:
        body = json.loads(asked.body)
    except (ValueError, RecursionError):
        return None
    return body.get(many.ids) if isinstance(body, dict) else None


def _problems(many: PollMany, asked: Asked, ids: Json) -> Iterator[str]:
    place = f"query.{many.ids}" if many.ids_in == "query" else f"$.{many.ids}"
    known = {many.ids} if many.ids_in == "query" else set()
    yield from (f"query.{name} is not known here" for name, _ in asked.query if name not in known)
    if not isinstance(ids, list) or not all(isinstance(each, str) and each for each in ids):
        yield f"{place} must be a list of ids"
    elif len(ids) > many.max_ids:
        yield f"{place} has {len(ids)} ids, expected at most {many.max_ids}"
