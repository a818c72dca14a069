"""The idempotency key in a submit."""

from __future__ import annotations

import json
from dataclasses import replace

from bide.ir import Job, Json
from bide.simulator.life.answer import Asked


def key_of(spec: Job, asked: Asked) -> str | None:
    """The key of a submit, if it has one."""
    at = spec.idempotency_key
    if at is None:
        return None
    if at.place == "header":
        return asked.headers.get(at.name.lower())
    found = dict(asked.query).get(at.name) if at.place == "query" else _fields(asked).get(at.name)
    return found if isinstance(found, str) else None


def without_key(spec: Job, asked: Asked) -> Asked:
    """The submit without its key, which is no argument of it."""
    at = spec.idempotency_key
    if at is not None and at.place == "query":
        return replace(asked, query=tuple(pair for pair in asked.query if pair[0] != at.name))
    if at is not None and at.place == "field" and at.name in (fields := _fields(asked)):
        del fields[at.name]
        return replace(asked, body=json.dumps(fields).encode())
    return asked


def _fields(asked: Asked) -> dict[str, Json]:
    """The fields of a body that is a JSON object."""
    try:
        found = json.loads(asked.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
