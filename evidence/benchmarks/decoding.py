"""Decoding the bytes of a status reply into a typed snapshot, without HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import anakin_client
import msgspec
from anakin.models import Document
from anakin_client import models
from bide_runtime.http.request import Response
from bide_runtime.jobs.record import Record
from bide_runtime.jobs.snapshot import Snapshot
from bide_runtime.waiting.poll import read_poll
from bide_runtime.waiting.session import Session

from evidence.benchmarks.line import Line, compared
from evidence.benchmarks.replies import CHANGED, DONE, RUNNING
from evidence.benchmarks.rounds import cpu

ABOUT = """
The small reply says again that the job is running. If something in it has changed, ours decodes what waiting needs,
reads status, state and retry_after, and keeps the snapshot in the record of the job, whose body is decoded when
somebody asks for it. If it has the same bytes as the reply before, as those of many providers while a job runs, the
snapshot takes over what was read. The large one says that the job is done, and is decoded once, as a whole: waiting
and the result need no more. Bare msgspec decodes the model, no more; anakin-sdk's is `json.loads` and
`model_validate`, as its client does it; pydantic's is `model_validate_json` of the same model.
"""

WHY = """
A small reply is decoded in less time than Python takes for ten calls of functions. If it has changed, its meaning
outweighs that: the calls from one layer to the next, the status and the state, and what the reply might say besides,
Retry-After or a link. The decoding of the three fields that waiting needs is a tenth of it. A reply of more than 4 kB
is decoded as a whole at once, since msgspec looks through all of a body for a few fields as long as it takes to make
all of them.
"""

HEADERS = {"content-type": "application/json"}


def measure() -> Iterator[Line]:
    """A small reply, once the same again and once another, and a large one."""
    same = RUNNING, bytes(bytearray(RUNNING))
    for name, bodies, times in (
        ("0.6 kB, same reply", same, 2000),
        ("0.6 kB, reply changes", (RUNNING, CHANGED), 2000),
        ("50 kB", (DONE,), 200),
    ):
        client = anakin_client.Anakin(api_key="k")
        record = client.url_scraper.attach("j1")._record
        replies = cycle([Response(status=200, headers=dict(HEADERS), body=body) for body in bodies])
        texts = cycle(bodies)
        decoder = msgspec.json.Decoder(models.ScrapedPage)
        found = cpu(
            {
                "ours": lambda: taken_in(client._session, record, next(replies)),  # noqa: B023
                "msgspec": lambda: decoder.decode(next(texts)),  # noqa: B023
                "anakin-sdk": lambda: Document.model_validate(json.loads(next(texts))),  # noqa: B023
                "pydantic": lambda: Document.model_validate_json(next(texts)),  # noqa: B023
            },
            rounds=15,
            times=times,
        )
        for peer in "msgspec", "anakin-sdk", "pydantic":
            reach = (1.25 if bodies == (DONE,) else 1.8) if peer == "msgspec" else None
            yield compared(name, found["ours"], peer, found[peer], unit="µs", scale=1e6, reach=reach)


def taken_in(session: Session, record: Record[Any, Any], reply: Response) -> Snapshot[Any] | None:
    """Read a reply into the record, as a wait does. A final one is reset, because it is not read again."""
    if record.state.is_final:
        record.snapshot = None
    for _ in read_poll(session, record, reply, 0.0):
        pass  # what an observer would be told
    return record.snapshot
