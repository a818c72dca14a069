"""Decoding the bytes of a status reply into a typed snapshot, without HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
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
from evidence.benchmarks.replies import DONE, RUNNING
from evidence.benchmarks.rounds import cpu

ABOUT = """
The small reply says again that the job is running: ours decodes what waiting needs, reads status, state and
retry_after, and keeps the snapshot in the record of the job, whose body is decoded when somebody asks for it. The large
one says that the job is done, and is decoded once, as a whole: waiting and the result need no more. Bare msgspec
decodes the model, no more; anakin-sdk's is `json.loads` and `model_validate`, as its client does it; pydantic's is
`model_validate_json` of the same model.
"""

WHY = """
A small reply is decoded in less time than Python takes for ten calls of functions, and the meaning outweighs it: the
calls from one layer to the next, the status and the state, and what the reply might say besides, Retry-After or a link.
The decoding of the three fields that waiting needs is a sixth of it. A reply of more than 4 kB is decoded as a whole at
once, since msgspec looks through all of a body for a few fields as long as it takes to make all of them.
"""


def measure() -> Iterator[Line]:
    """A small reply and a large one."""
    for name, body, times in ("0.6 kB", RUNNING, 2000), ("50 kB", DONE, 200):
        client = anakin_client.Anakin(api_key="k")
        record = client.url_scraper.attach("j1")._record
        reply = Response(status=200, headers={"content-type": "application/json"}, body=body)
        decoder = msgspec.json.Decoder(models.ScrapedPage)
        found = cpu(
            {
                "ours": lambda: taken_in(client._session, record, reply),  # noqa: B023
                "msgspec": lambda: decoder.decode(body),  # noqa: B023
                "anakin-sdk": lambda: Document.model_validate(json.loads(body)),  # noqa: B023
                "pydantic": lambda: Document.model_validate_json(body),  # noqa: B023
            },
            rounds=15,
            times=times,
        )
        for peer in "msgspec", "anakin-sdk", "pydantic":
            reach = (1.8 if body is RUNNING else 1.25) if peer == "msgspec" else None
            yield compared(name, found["ours"], peer, found[peer], unit="µs", scale=1e6, reach=reach)


def taken_in(session: Session, record: Record[Any, Any], reply: Response) -> Snapshot[Any] | None:
    """Read a reply into the record, as a wait does. A final one is reset, because it is not read again."""
    if record.state.is_final:
        record.snapshot = None
    for _ in read_poll(session, record, reply, 0.0):
        pass  # what an observer would be told
    return record.snapshot
