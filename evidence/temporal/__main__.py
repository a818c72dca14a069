"""Kill workers of Temporal and its server, count the events of 50 polls, and write `docs/temporal-kills.md`.

The exit code is 0 if no job was lost, none was paid for twice, and no poll came too early.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from evidence.temporal.attributes import search
from evidence.temporal.campaign import Campaign, fight
from evidence.temporal.guide import read_guide
from evidence.temporal.page import text
from evidence.temporal.polls import history_of_polls

CAMPAIGNS = (
    Campaign("worker", "scrapio", "between polls", "succeed; duration=8", 4.0),
    Campaign("worker", "scrapio", "during submits", "succeed; duration=4; submit=slow:3", 2.0),
    Campaign("worker", "anakin", "between polls", "succeed; duration=8", 4.0),
    Campaign("worker", "anakin", "during submits", "succeed; duration=4; submit=slow:3", 2.0),
    Campaign("worker stopped", "anakin", "during submits", "succeed; duration=4; submit=slow:3", 2.0),
    Campaign("server", "scrapio", "between polls", "succeed; duration=15", 4.0),
    Campaign("server", "anakin", "during submits", "succeed; duration=4; submit=slow:3", 2.0),
)

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "temporal-kills.md"


async def main() -> int:
    """Run the campaigns; returns the exit code."""
    parser = argparse.ArgumentParser(prog="temporal", description=__doc__)
    parser.add_argument("--only", type=int, help="run the campaign of this number alone, and write no page")
    options = parser.parse_args()
    chosen = CAMPAIGNS if options.only is None else CAMPAIGNS[options.only : options.only + 1]
    found = []
    with tempfile.TemporaryDirectory(prefix="bide-temporal-") as folder:
        for number, campaign in enumerate(chosen):
            counted = await fight(campaign, Path(folder, str(number)))
            print(f"{campaign.killed}, {campaign.provider}, {campaign.where}: {counted}", flush=True)
            found.append((campaign, counted))
        if options.only is None:
            grown = await history_of_polls(Path(folder, "polls"))
            print(grown, flush=True)
            await read_guide(Path(folder, "guide"))
            await search(Path(folder, "search"))
            _PAGE.write_text(text(found, grown), encoding="utf-8")
    return 0 if all(counted.is_good for _, counted in found) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
