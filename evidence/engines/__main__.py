"""Kill workers of Celery, Procrastinate, DBOS and Restate, and write `docs/engine-kills.md`.

The exit code is 0 if no job of an example was lost, none was paid for twice, and no poll came too early.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from evidence.engines.campaign import ENGINES, Campaign, Counted, fight
from evidence.engines.environment import ROOT, prepare, versions
from evidence.engines.page import text

_SHORT = {'"visibility_timeout": 60': '"visibility_timeout": 20, "unacked_restore_throttle": 1'}

CAMPAIGNS = (
    *(
        Campaign(engine, where, provider)
        for engine in ENGINES
        for provider in ("scrapio", "anakin")
        for where in ("between polls", "during submits")
    ),
    Campaign("dbos", "between polls", rounds=1, duration=90, is_left=True),
    Campaign("celery", "nothing", rounds=1, duration=40, is_naive=True, changes=_SHORT),
    Campaign("celery", "between polls", rounds=1, is_naive=True, changes=_SHORT),
    *(Campaign(engine, "nothing", rounds=1, duration=40) for engine in ENGINES),
    Campaign("dbos", "nothing", rounds=1, duration=40, is_naive=True),
)

AT_ONCE = 4
"""How many campaigns run side by side. They mostly wait."""

_PAGE = ROOT / "docs" / "engine-kills.md"


def main() -> int:
    """Run the campaigns; returns the exit code."""
    parser = argparse.ArgumentParser(prog="engines", description=__doc__)
    parser.add_argument("--only", type=int, help="run the campaign of this number alone, and write no page")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    prepare()
    chosen = CAMPAIGNS if options.only is None else CAMPAIGNS[options.only : options.only + 1]
    found: list[tuple[Campaign, Counted]] = []
    with tempfile.TemporaryDirectory(prefix="bide-engines-") as folder, ThreadPoolExecutor(AT_ONCE) as side_by_side:
        Path(folder).chmod(0o755)  # PostgreSQL runs as a user of its own

        def run(number: int) -> Counted:
            return fight(chosen[number], Path(folder, str(number)), Random(f"{options.seed} {number}"))

        for campaign, counted in zip(chosen, side_by_side.map(run, range(len(chosen))), strict=True):
            print(f"{campaign.engine}, {campaign.provider}, {campaign.where}: {counted}", flush=True)
            found.append((campaign, counted))
    if options.only is None:
        _PAGE.write_text(text(found, versions()), encoding="utf-8")
    return 0 if all(counted.is_good for campaign, counted in found if not campaign.is_naive) else 1


if __name__ == "__main__":
    sys.exit(main())
