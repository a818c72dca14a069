"""Build lifecycles: how and when to poll a job, where its result is, and how to cancel it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from bide import ir
from bide.ir import defaults
from bide.ir.build.endpoints import METHODS, Bodies, build_endpoint
from bide.ir.notation import parse_duration, parse_pointer, parse_range, parse_type
from bide.spec import names
from bide.spec.document import Json


def build_lifecycle(name: str, raw: Mapping[str, Json], bodies: Bodies, *, ignore_case: bool) -> ir.Lifecycle:
    source = bodies.sources.of(raw)
    error, progress, retry_after = raw.get("error", {}), raw.get("progress", {}), raw.get("retry_after", {})
    codes = {int(code): ir.State(state) for code, state in raw["poll"].get("states", {}).items()}
    statuses = {status: ir.State(state) for status, state in raw.get("states", {}).items()}
    usually_accepted = [code for code in defaults.ACCEPTS if statuses and code not in codes]
    unit: Literal["seconds", "milliseconds"] = "milliseconds" if "milliseconds" in retry_after else "seconds"
    poll = build_endpoint(name, raw["poll"], bodies, source, role="poll")
    return ir.Lifecycle(
        name=names.identifier(name),
        description=raw.get("description", "").strip(),
        source=source,
        poll=poll,
        accepts=tuple(raw["poll"].get("accepts", usually_accepted)),
        status=parse_pointer(raw["status"]) if "status" in raw else (),
        states={**statuses, **{str(code): state for code, state in codes.items()}},
        codes=codes,
        transitions={status: tuple(following) for status, following in raw.get("transitions", {}).items()},
        ready=_tests(raw.get("ready", {})),
        ends=tuple(_end(each) for each in raw.get("ends", ())),
        result=_result(name, raw.get("result", {}), bodies, source),
        long_poll=_long_poll(raw["poll"].get("long_poll")),
        poll_many=_poll_many(name, raw.get("poll_many"), bodies, source),
        cancel=_cancel(name, raw.get("cancel"), bodies, source, poll),
        error=ir.ErrorAt(**{key: parse_pointer(pointer) for key, pointer in error.items()}),
        progress=ir.Progress(**{key: parse_pointer(pointer) for key, pointer in progress.items()}),
        retry_after=parse_pointer(retry_after[unit]) if retry_after else (),
        retry_after_unit=unit,
        credits=parse_pointer(raw["credits"]) if "credits" in raw else (),
        ignore_case=ignore_case,
    )


def _tests(raw: Mapping[str, Json]) -> tuple[tuple[ir.Pointer, Json], ...]:
    return tuple((parse_pointer(pointer), value) for pointer, value in raw.items())


def _end(raw: Mapping[str, Json]) -> ir.End:
    state, condition = ir.State(raw["state"]), raw["if"]
    if isinstance(condition, str):
        return ir.End(state=state, present=parse_pointer(condition))
    return ir.End(state=state, values=_tests(condition))


def _result(owner: str, raw: Mapping[str, Json], bodies: Bodies, source: ir.Source | None) -> ir.ResultAt:
    retention = parse_duration(raw["retention"]) if "retention" in raw else None
    if not any(method in raw for method in METHODS):
        return ir.ResultAt(
            field=parse_pointer(raw["field"]) if "field" in raw else (),
            pages=build_pages(raw["pages"]) if "pages" in raw else None,
            retention=retention,
        )
    return ir.ResultAt(
        endpoint=build_endpoint(owner, raw, bodies, source, role="result"),
        not_ready=tuple(raw.get("not_ready", defaults.NOT_READY)),
        gone=tuple(raw.get("gone", defaults.GONE)),
        failed=tuple(raw.get("failed", ())),
        pages=build_pages(raw["pages"]) if "pages" in raw else None,
        retention=retention,
    )


def build_pages(raw: Mapping[str, Json]) -> ir.Pages:
    """How a list is split over pages."""
    following = raw.get("next", {})
    at = {"field": following} if isinstance(following, str) else following
    return ir.Pages(
        list=parse_pointer(raw["list"]) if "list" in raw else (),
        query=raw.get("query", ""),
        offset=raw.get("offset", ""),
        next=parse_pointer(at["field"]) if "field" in at else (),
        next_header=at.get("header", ""),
        more=parse_pointer(raw["more"]) if "more" in raw else (),
        first=raw.get("first", defaults.FIRST_PAGE),
    )


def _long_poll(raw: Mapping[str, Json] | None) -> ir.LongPoll | None:
    if raw is None:
        return None
    return ir.LongPoll(query=raw.get("query", ""), header=raw.get("header", ""), max_seconds=parse_duration(raw["max"]))


def _poll_many(
    owner: str, raw: Mapping[str, Json] | None, bodies: Bodies, source: ir.Source | None
) -> ir.PollMany | None:
    if raw is None:
        return None
    ids_in: Literal["query", "body"] = "query" if "query" in raw["ids"] else "body"
    return ir.PollMany(
        endpoint=build_endpoint(owner, raw, bodies, source),
        ids_in=ids_in,
        ids=raw["ids"][ids_in],
        max_ids=raw["max_ids"],
        list=parse_pointer(raw["list"]) if "list" in raw else (),
        job_id=parse_pointer(raw["job_id"]),
    )


def _cancel(
    owner: str, raw: Mapping[str, Json] | None, bodies: Bodies, source: ir.Source | None, poll: ir.Endpoint
) -> ir.Cancel | None:
    if raw is None:
        return None
    returns = parse_type(raw["returns"]).type if "returns" in raw else None
    endpoint = build_endpoint(owner, raw, bodies, source, role="cancel")
    if endpoint.link is not None and endpoint.link == poll.link and endpoint.method != poll.method:
        # One link in the reply is one address.
        endpoint = replace(endpoint, path=poll.path)
    return ir.Cancel(endpoint=endpoint, returns=returns, over=tuple(raw.get("over", ())))


def build_polling(lifecycle: Mapping[str, Json], job: Mapping[str, Json]) -> ir.Polling:
    """When to poll: the values of the job, else of its lifecycle, else the defaults."""
    raw = {**lifecycle, **job}
    min_interval = parse_duration(raw.get("min_interval", defaults.MIN_INTERVAL))
    shortest, longest = parse_range(defaults.INTERVAL)
    usual_interval = (max(shortest, min_interval), max(longest, min_interval))
    typical = parse_range(raw["typical"]) if "typical" in raw else None
    usual_timeout = max(parse_duration(defaults.TIMEOUT), defaults.TYPICAL_TIMES * typical[1] if typical else 0.0)
    return ir.Polling(
        interval=parse_range(raw["interval"]) if "interval" in raw else usual_interval,
        min_interval=min_interval,
        typical=typical,
        timeout=parse_duration(raw["timeout"]) if "timeout" in raw else usual_timeout,
        initial_delay=parse_duration(raw.get("initial_delay", "0s")),
        not_found_grace=parse_duration(raw.get("not_found_grace", "0s")),
    )
