"""What a trace comes to, in a few lines. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from bide.trace.lanes import Lanes


def summary(lanes: Lanes) -> list[tuple[str, str]]:
    """What a line is about, and what it says."""
    polled = {id(each): each for lane in lanes.jobs for each in lane.requests if each.role == "poll"}
    everything = {id(each): each for lane in lanes.jobs for each in lane.requests} | {
        id(each): each for each in lanes.others
    }
    ends = Counter(lane.notice.state if lane.notice else "no end seen" for lane in lanes.jobs)
    refused = sum(each.role == "submit" and not each.is_good for each in everything.values())
    faults = Counter(each.error or str(each.status) for each in everything.values() if not each.is_good)
    answered = sum(each.role == "poll" and each.is_good for lane in lanes.jobs for each in lane.requests)
    useless = sum(lane.useless for lane in lanes.jobs)
    delays = sorted(lane.delay for lane in lanes.jobs if lane.delay is not None)
    lines = [
        ("jobs", f"{len(lanes.jobs)}{_counted(ends)}"),
        ("requests", f"{len(everything)}, of which {len(polled)} polls"),
        ("submits that failed", str(refused)),
        ("faults", f"{sum(faults.values())}{_counted(faults)}"),
    ]
    if answered:
        share = f"{useless / answered:.0%}"
        lines.append(("waste", f"{useless} of {answered} answers to polls ({share}) had the status that was known"))
    if delays:
        lines.append(
            (
                "notice of the end",
                f"at most {_share(delays, 0.5):.2f} s late (p50), {_share(delays, 0.95):.2f} s (p95), of {len(delays)}"
                " jobs: from sending the last request that still saw the job running to reading its end",
            )
        )
    return lines


def _share(values: Sequence[float], share: float) -> float:
    """The value that this share of the sorted values does not exceed."""
    return values[max(math.ceil(len(values) * share) - 1, 0)]


def _counted(counts: Counter[str]) -> str:
    return f": {', '.join(f'{count} {name}' for name, count in counts.most_common())}" if counts else ""
