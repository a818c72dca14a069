"""From the bytes of a status reply to a typed snapshot, without any HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator

import anakin_client
import msgspec
from anakin.models import Document
from anakin_client import models
from anakin_client._runtime.handle import Record
from anakin_client._runtime.request import Response
from anakin_client._runtime.watch import take_in

from .line import Line, compared
from .replies import DONE, RUNNING
from .rounds import cpu

ABOUT = """
Ours reads the model, the status, the state, the progress and the hint, and keeps the snapshot in the handle of a
job. Bare msgspec decodes the same model and does no more; anakin-sdk's is `json.loads` and `model_validate`, as its
client does it; pydantic's is `model_validate_json` of the same model.
"""

WHY = """
For the small reply, bare msgspec takes about a microsecond, and the meaning outweighs it. Timed part by part, most goes
to the reading (the paths of the spec looked up in the model, the state of the status), then to the record of a new job,
the decoding with its call, and the snapshot.
"""


def measure() -> Iterator[Line]:
    """A small reply and a large one."""
    for name, body, times in ("0.6 kB", RUNNING, 2000), ("50 kB", DONE, 200):
        client = anakin_client.Anakin(api_key="k")
        kind = client.url_scraper.attach("j1")._record.kind
        reply = Response(status=200, headers={"content-type": "application/json"}, body=body)
        decoder = msgspec.json.Decoder(models.ScrapedPage)
        found = cpu(
            {
                "ours": lambda: take_in(client._desk, Record(kind, "j1"), reply),  # noqa: B023
                "msgspec": lambda: decoder.decode(body),  # noqa: B023
                "anakin-sdk": lambda: Document.model_validate(json.loads(body)),  # noqa: B023
                "pydantic": lambda: Document.model_validate_json(body),  # noqa: B023
            },
            rounds=15,
            times=times,
        )
        for peer in "msgspec", "anakin-sdk", "pydantic":
            reach = 1.25 if peer == "msgspec" else None
            yield compared(name, found["ours"], peer, found[peer], unit="µs", scale=1e6, reach=reach)
