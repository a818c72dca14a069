"""Replies of server-sent events: their events, order and end."""

from __future__ import annotations

import json
import random
from typing import Final

from bide_runtime.testing.faults import Fault, FaultKind

from bide.ir import Json, Named, Stream
from bide.simulator.bodies.bodies import Bodies
from bide.simulator.bodies.pointer import put
from bide.simulator.bodies.refusal import Refused
from bide.simulator.life.answer import Answer, Ending
from bide.simulator.life.scenario import Outcome, Scenario
from bide.simulator.life.view import View

_TYPICAL: Final = (1.0, 3.0)
"""The duration of a stream in seconds, from and to."""

_FAILED = "The simulator was told to fail this stream."


def events(stream: Stream, bodies: Bodies, view: View, scenario: Scenario, fault: Fault | None, seed: str) -> Answer:
    """Every event of the stream once, in the order of the spec, with a last event at the end.

    A stream that fails, stalls or is truncated ends half way.
    """
    models = dict(stream.events)
    going = [name for name in models if name not in stream.last and name != stream.error_event]
    last = [name for name in models if name in stream.last][:1]
    names, ending = [*going, *last], Ending.WHOLE
    half = going[: len(going) // 2]
    failing: int | None = None
    is_cut = fault is not None and fault.kind is FaultKind.CUT_SHORT
    if is_cut or scenario.outcome is Outcome.STALL:
        names, ending = half, Ending.CUT if is_cut else Ending.HANG
    elif scenario.outcome is Outcome.FAIL:
        if not stream.error_message:
            raise Refused(500, _FAILED)
        names = [*half, stream.error_event or ""]
        failing = len(half)
    duration = random.Random(seed).uniform(*_TYPICAL) if scenario.duration is None else scenario.duration
    pause = duration / max(1, len(names))
    # A comment first, as many servers send to open the stream.
    chunks = [(0.0, b"\n" if stream.is_lines else b": open\n\n")]
    for number, name in enumerate(names):
        data: Json = bodies.reply(Named(models[name]), view) if name in models else {}
        if stream.kind:
            data = {**data, stream.kind: name}
        if number == failing:
            put(data, stream.error_message, _FAILED)
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        chunks.append((pause if number else 0.0, _event(stream, name, text)))
    if stream.end and ending is Ending.WHOLE and failing is None:
        chunks.append((0.0, _event(stream, "", stream.end)))
    media_type = "application/x-ndjson" if stream.is_lines else "text/event-stream"
    return Answer(headers={"content-type": media_type}, chunks=tuple(chunks), ending=ending)


def _event(stream: Stream, name: str, data: str) -> bytes:
    if stream.is_lines:
        return f"{data}\n".encode()
    return (f"event: {name}\n" if name and stream.is_named else "").encode() + f"data: {data}\n\n".encode()
