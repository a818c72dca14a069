"""Fetch the pages of a JSONL file, and go on after a crash: the ledger knows what was done.

    bide serve specs/scrapio.yaml --speed 10        # in another terminal; it prints three lines to export here
    PYTHONPATH=generated/scrapio python examples/jsonl_batch.py pages.jsonl results.jsonl

Each line of pages.jsonl has the arguments of a job, such as {"url": "https://example.com"}. Run it again after Ctrl-C
or a crash: it adds the outcomes that are missing, and submits no job twice.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapio_client import Scrapio, SystemClock


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The arguments of each job, read as jobs can start."""
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def main(pages: Path, results: Path) -> int:
    """Returns the exit code: 1 if a job has failed."""
    client = Scrapio(
        base_url=os.environ.get("SCRAPIO_BASE_URL"), clock=SystemClock(float(os.environ.get("BIDE_SPEED", "1")))
    )
    done = failed = 0
    with (
        client,
        results.open("a", encoding="utf-8") as file,
        client.fetch.run_many(lines(pages), max_in_flight=20, ledger=results.with_suffix(".db")) as batch,
    ):
        for outcome in batch:
            if outcome.is_ok:
                done += 1
            else:
                failed += 1
            said = "done" if outcome.is_ok else str(outcome.error)
            file.write(json.dumps({"input": outcome.input, "outcome": said}) + "\n")
    print(f"{done} done, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
