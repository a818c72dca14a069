"""Build jobs: the submit, the lifecycle and the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from bide import ir
from bide.ir import defaults
from bide.ir.build.endpoints import Bodies, build_endpoint, build_id
from bide.ir.build.fields import deprecation
from bide.ir.build.lifecycles import build_pages, build_polling
from bide.ir.notation import parse_duration, parse_pointer, parse_type
from bide.spec import names
from bide.spec.document import Json

_KEY_PLACES: tuple[Literal["header", "query", "field"], ...] = ("header", "query", "field")


def build_job(
    name: str, raw: Mapping[str, Json], lifecycle: ir.Lifecycle, polling: Mapping[str, Json], bodies: Bodies
) -> ir.Job:
    """A job of *lifecycle*. *polling* is the polling section of that lifecycle."""
    submit = raw["submit"]
    source = bodies.sources.of(submit, bodies.sources.of(raw))
    return ir.Job(
        name=names.identifier(name),
        description=(raw.get("description") or submit.get("description", "")).strip(),
        source=bodies.sources.of(raw, source),
        submit=build_endpoint(name, submit, bodies, source),
        reply=submit.get("returns"),
        job_id=build_id(submit.get("job_id")),
        idempotency_key=_key(submit["idempotency_key"]) if "idempotency_key" in submit else None,
        find=_find(name, submit["find"], bodies, source) if "find" in submit else None,
        lifecycle=lifecycle,
        snapshot=raw.get("snapshot"),
        result=parse_type(raw["result"]).type,
        failed_result=parse_type(raw["failed_result"]).type if "failed_result" in raw else None,
        polling=build_polling(polling, raw.get("polling", {})),
        items=_items(raw["items"]) if "items" in raw else None,
        webhook=_webhook(raw["webhook"]) if "webhook" in raw else None,
        deprecated=deprecation(raw),
        command=names.command(name, raw.get("cli")),
        tool=names.tool(name, raw.get("mcp")),
        is_free=raw.get("free", False),
    )


def _find(owner: str, raw: Mapping[str, Json], bodies: Bodies, source: ir.Source | None) -> ir.FindAt:
    pages = build_pages(raw["pages"]) if "pages" in raw else None
    return ir.FindAt(
        endpoint=build_endpoint(owner, raw, bodies, source, role="find"),
        returns=parse_type(raw["returns"]).type,
        argument=raw["argument"],
        list=pages.list if pages else parse_pointer(raw["list"]) if "list" in raw else (),
        reference=parse_pointer(raw["reference"]),
        job_id=build_id(raw.get("job_id")),
        pages=pages,
        visible_within=parse_duration(raw.get("visible_within", defaults.VISIBLE_WITHIN)),
        retention=parse_duration(raw.get("retention", defaults.LIST_RETENTION)),
    )


def _key(raw: str | Mapping[str, str]) -> ir.KeyAt:
    """Where idempotency keys are, and how long they are kept. A text is the header."""
    if isinstance(raw, str):
        return ir.KeyAt(name=raw, place="header", retention=None)
    place = next(each for each in _KEY_PLACES if each in raw)
    retention = parse_duration(raw["retention"]) if "retention" in raw else None
    return ir.KeyAt(name=raw[place], place=place, retention=retention)


def _webhook(raw: Mapping[str, Json]) -> ir.WebhookAt:
    snapshot = parse_pointer(raw["snapshot"]) if "snapshot" in raw else ()
    return ir.WebhookAt(job_id=parse_pointer(raw["job_id"]), snapshot=snapshot)


def _items(raw: Mapping[str, Json]) -> ir.Items:
    return ir.Items(
        list=parse_pointer(raw["list"]),
        status=parse_pointer(raw["status"]),
        failed=tuple(raw["failed"]),
        error=parse_pointer(raw["error"]) if "error" in raw else (),
    )
