"""The simulator as a web application: passes requests to the world, and delivers its answers with their faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bide.simulator.life.answer import Answer, Asked, Ending
from bide.simulator.server.connection import close
from bide.simulator.server.control import control
from bide.simulator.server.stage import Stage

STATE_PATH = "/_bide/state"

_TICK = 0.01
"""Seconds between two checks of a job whose poll is held."""

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Delivery(Response):
    """Sends one answer: late, truncated, in chunks, or not at all."""

    def __init__(self, answer: Answer, *, speed: float) -> None:
        super().__init__(answer.body, answer.status, dict(answer.headers))
        self._answer = answer
        self._speed = speed
        if answer.retry_date is not None:
            moment = datetime.now(UTC) + timedelta(seconds=answer.retry_date)
            self.headers["retry-after"] = format_datetime(moment, usegmt=True)
        if answer.chunks:
            del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer
        await asyncio.sleep(answer.delay)
        if answer.ending is Ending.DROP:
            return await _close(scope, receive)
        if not answer.chunks and answer.ending is Ending.WHOLE:
            return await super().__call__(scope, receive, send)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        pieces = answer.chunks or ((0.0, self.body[: len(self.body) // 2]),)
        for pause, piece in pieces:
            await asyncio.sleep(pause / self._speed)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        match answer.ending:
            case Ending.CUT:
                await _close(scope, receive)
            case Ending.HANG:
                await _until_closed(receive)
            case _:
                await send({"type": "http.response.body", "body": b""})
        return None


async def _close(scope: Scope, receive: Receive) -> None:
    close(scope)
    await _until_closed(receive)


async def _until_closed(receive: Receive) -> None:
    """Return when the connection is closed, so that the server does not report an incomplete reply."""
    while (await receive())["type"] != "http.disconnect":
        pass


def application(stage: Stage, *, is_over: Callable[[], bool] = lambda: False) -> Starlette:
    """The web application around a world. *is_over*: whether the server stops, which ends the streams of pages."""

    async def answer(request: Request) -> Response:
        asked = Asked(
            method=request.method,
            path=request.scope["raw_path"].decode("ascii"),
            query=tuple(request.query_params.multi_items()),
            headers=dict(request.headers),
            body=await request.body(),
        )
        world, now = stage.world, stage.now
        kept = world.holds(asked, now())
        while kept is not None and not kept.is_over(now()):
            await asyncio.sleep(_TICK)
            if await request.is_disconnected():
                return Response()
        answered = world.handle(asked, now(), was_held=kept is not None)
        return Delivery(answered, speed=stage.speed)

    async def state(request: Request) -> Response:
        return JSONResponse(stage.world.report(stage.now()))

    return Starlette(
        routes=[
            Route(STATE_PATH, state, methods=["GET"]),
            *control(stage, is_over),
            Route("/{path:path}", answer, methods=_METHODS),
        ]
    )
