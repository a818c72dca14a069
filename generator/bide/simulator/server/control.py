"""The page of a simulator, and what it sends and asks: under `/_bide/`, for this machine only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from bide.ir import Json
from bide.page.page import SECURITY_HEADERS, simulator_page
from bide.simulator.life.answer import Ending
from bide.simulator.life.scenario import ScenarioError, read
from bide.simulator.life.written import text_of
from bide.simulator.server.guard import refused
from bide.simulator.server.stage import Stage

_EVERY = 0.1
"""Seconds between two looks for news of the journal."""

_HEARTBEAT = 15.0
"""Seconds after which a stream without news says that it is there."""

_AT_ONCE = 2_000
"""Entries in one event."""

_SHOWN = 500
"""Exchanges of one job that the page gets, the newest."""

_FASTEST = 10_000.0

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


class _Wrong(Exception):
    """The page asks for something that cannot be done."""


def control(stage: Stage, is_over: Callable[[], bool]) -> list[Route]:
    """The routes of the page."""

    async def page(request: Request) -> Response:
        return HTMLResponse(simulator_page(stage.provider.title), headers=SECURITY_HEADERS)

    async def events(request: Request) -> Response:
        stream = _events(stage, lambda: is_over())
        return StreamingResponse(stream, media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def exchanges(request: Request) -> Response:
        job, of = request.query_params.get("job"), request.query_params.get("of", "")
        journal = _journal(stage)
        found = list(journal.without_job(of) if job is None else journal.about(job))[-_SHOWN:]
        return JSONResponse([entry.details() for entry in found])

    async def submit(request: Request) -> Response:
        asked = await _object(request)
        try:
            answer = stage.world.submit(
                str(asked.get("job")),
                _mapping(asked.get("arguments")),
                stage.now(),
                scenario=str(asked.get("scenario") or ""),
            )
        except KeyError as error:
            raise _Wrong(f"there is no job {error.args[0]!r}") from None
        lost = answer.ending is not Ending.WHOLE
        return JSONResponse({"status": None if lost else answer.status, "body": answer.body.decode("utf-8", "replace")})

    async def order(request: Request) -> Response:
        asked = await _object(request)
        if "drop" in asked:
            if not isinstance(asked["drop"], int):
                raise _Wrong(f"drop is {asked['drop']!r}, expected the number of an order")
            stage.world.orders.drop(asked["drop"])
        else:
            stage.world.orders.give(
                str(asked.get("kind", "job")), asked.get("name") or None, read(str(asked.get("scenario", "")))
            )
        return JSONResponse(_orders(stage))

    async def disturb(request: Request) -> Response:
        asked = await _object(request)
        stage.world.disturb(str(asked.get("job")), str(asked.get("request", "poll")), str(asked.get("fault")))
        return JSONResponse({})

    async def speed(request: Request) -> Response:
        wanted = (await _object(request)).get("speed")
        if isinstance(wanted, bool) or not isinstance(wanted, int | float) or not 0 < wanted <= _FASTEST:
            raise _Wrong(f"speed is {wanted!r}, expected more than 0 and at most {_FASTEST:g}")
        stage.set_speed(float(wanted))
        return JSONResponse({})

    async def forget(request: Request) -> Response:
        stage.forget()
        return JSONResponse({})

    async def scenarios(request: Request) -> Response:
        headers = {"content-disposition": 'attachment; filename="scenarios.yaml"'}
        return PlainTextResponse(stage.world.scenarios(), media_type="application/yaml", headers=headers)

    async def without_slash(request: Request) -> Response:
        return RedirectResponse("/_bide/")

    answers: list[tuple[str, str, Handler]] = [
        ("GET", "/_bide", without_slash),
        ("GET", "/_bide/", page),
        ("GET", "/_bide/events", events),
        ("GET", "/_bide/exchanges", exchanges),
        ("GET", "/_bide/scenarios.yaml", scenarios),
        ("POST", "/_bide/submit", submit),
        ("POST", "/_bide/next", order),
        ("POST", "/_bide/disturb", disturb),
        ("POST", "/_bide/speed", speed),
        ("POST", "/_bide/forget", forget),
    ]
    return [Route(path, _guarded(handler), methods=[method]) for method, path, handler in answers]


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        why = refused(request.method, request.headers)
        if why:
            return JSONResponse({"error": why}, 403)
        try:
            return await handler(request)
        except (ScenarioError, _Wrong, ValueError) as error:
            return JSONResponse({"error": " ".join(str(error).split())}, 400)

    return guarded


async def _events(stage: Stage, is_over: Callable[[], bool]) -> AsyncIterator[bytes]:
    """What the page needs to begin, and then what happens; from the beginning when a new world has begun."""
    while not is_over():
        generation, journal, seen, orders, quiet = stage.generation, _journal(stage), 0, None, 0.0
        lanes = [lane.json() for lane in journal.lanes]
        yield _event(
            "start",
            {
                "now": stage.now(),
                "speed": stage.speed,
                "lanes": lanes,
                "forms": stage.world.forms(),
                "operations": [each.name for each in stage.provider.operations],
            },
        )
        while generation == stage.generation and not is_over():
            entries = journal.since(seen, _AT_ONCE)
            now_ordered = _orders(stage)
            if now_ordered != orders:
                orders = now_ordered
                yield _event("orders", {"orders": orders})
            if entries or quiet >= _HEARTBEAT:
                quiet = 0.0
                seen = entries[-1].number if entries else seen
                yield _event("entries", {"now": stage.now(), "entries": [entry.json() for entry in entries]})
            if len(entries) < _AT_ONCE:
                await asyncio.sleep(_EVERY)
                quiet += _EVERY


def _event(name: str, data: Json) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def _orders(stage: Stage) -> list[dict[str, Json]]:
    return [
        {"number": order.number, "kind": order.kind, "name": order.name, "scenario": text_of(order.scenario)}
        for order in stage.world.orders.open
    ]


def _journal(stage: Stage) -> Any:
    assert stage.world.journal is not None
    return stage.world.journal


async def _object(request: Request) -> dict[str, Any]:
    """The body of a request. Raises `ValueError`."""
    return _mapping(json.loads(await request.body() or b"{}"))


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(f"{value!r} is not an object")
    return value
