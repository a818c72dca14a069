"""Kill batches on a ledger at random moments, and write `docs/kills.md`: what the provider saw.

The exit code is 0 if no job was lost, none was paid for twice, no outcome was handed out after the loop had gone on,
and no poll came too early.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random

from evidence.kills.campaign import Campaign, Counted, fight
from evidence.kills.page import text

CAMPAIGNS = (
    Campaign("scrapio", 1),
    Campaign("anakin", 1),
    Campaign("scrapio", 2, is_async=True),
    Campaign("anakin", 2, is_harsh=True),
    Campaign("scrapio", 3, is_harsh=True),
    Campaign("anakin", 3, is_async=True),
    Campaign("scrapio", 1, is_harsh=True, cuts_power=True),
    Campaign("anakin", 2, cuts_power=True, is_async=True),
    Campaign("ferry", 2, is_harsh=True),
    Campaign("ferry", 1, cuts_power=True, is_async=True),
)

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "kills.md"


def main() -> int:
    """Run the campaigns; returns the exit code."""
    parser = argparse.ArgumentParser(prog="kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=2000, help="how many processes to kill, over all campaigns")
    parser.add_argument("--only", type=int, help="run the campaign of this number alone, and write no page")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chosen = CAMPAIGNS if options.only is None else CAMPAIGNS[options.only : options.only + 1]
    found = [(campaign, _fought(campaign, options.kills // len(chosen), options.seed)) for campaign in chosen]
    if options.only is None:
        _PAGE.write_text(text(found, options.kills), encoding="utf-8")
    return 0 if all(counted.is_good for _, counted in found) else 1


def _fought(campaign: Campaign, kills: int, seed: int) -> Counted:
    """What came of one campaign. The folder of one that went wrong stays."""
    folder = Path(tempfile.mkdtemp(prefix="bide-kills-"))
    counted = fight(campaign, folder, kills=kills, jitter=Random(seed))
    print(f"{campaign.name}: {counted}", flush=True)
    if counted.is_good:
        shutil.rmtree(folder)
    else:
        print(f"    see {folder}", flush=True)
    return counted


if __name__ == "__main__":
    sys.exit(main())
