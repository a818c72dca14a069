"""`python -m evidence.scale`: write `docs/scale.md`."""

from __future__ import annotations

import argparse
import sys

from evidence.scale.factors import DOCS, NotMeasured, factors
from evidence.scale.fleet import Load
from evidence.scale.page import text


def main() -> int:
    """Write the page, or print it for another load; returns the exit code."""
    parser = argparse.ArgumentParser(prog="evidence.scale", description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000_000, help="jobs a day")
    parser.add_argument("--peak", type=float, default=3.0, help="the busiest second beside the mean")
    parser.add_argument("--limit", type=float, default=60.0, help="submits a minute that the provider takes of one key")
    options = parser.parse_args()
    loads = [
        Load(jobs=options.jobs, peak=options.peak, typical=typical, limit=options.limit)
        for typical in ((3.0, 15.0), (60.0, 300.0))
    ]
    try:
        page = text(loads, factors())
    except NotMeasured as error:
        print(error, file=sys.stderr)
        return 1
    if len(sys.argv) > 1:
        print(page)
    else:
        (DOCS / "scale.md").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
