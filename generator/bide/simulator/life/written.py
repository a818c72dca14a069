"""Write scenarios as a user writes them: the inverse of `scenario.read` and `Script.load`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby

from bide_runtime.testing.faults import Fault, FaultKind

from bide.ir import Json
from bide.simulator.life.scenario import Scenario
from bide.simulator.life.script import Rule, Script

_BUSY = (429, 503)


def text_of(scenario: Scenario) -> str:
    """A scenario in its short form."""
    failed, prefix = scenario.failed_items, scenario.id_prefix
    parts: dict[str, Json] = {
        "outcome": scenario.outcome.value,
        "duration": _number(scenario.duration),
        "failed_items": list(failed) if isinstance(failed, tuple) else failed,
        "result_delay": _number(scenario.result_delay or None),
        "poll_status": scenario.poll_status if scenario.poll_status != 200 else None,
        "answer": "job" if scenario.answers_with_job else None,
        "id_prefix": prefix or None,
        **{kind: _faults(script) or None for kind, script in scenario.faults.items()},
    }
    given = {key: value for key, value in parts.items() if value is not None}
    if (isinstance(failed, tuple) and len(failed) < 2) or prefix.strip() != prefix or set(prefix) & set(",;="):
        return json.dumps(given)
    outcome = given.pop("outcome")
    listed = {key: ",".join(map(str, each)) if isinstance(each, list) else each for key, each in given.items()}
    return "; ".join([str(outcome), *(f"{key}={value}" for key, value in listed.items())])


def file_of(followed: Iterable[Rule], script: Script) -> str:
    """A scenario file: what jobs and operations of these numbers followed, and then the entries of a file."""
    entries = [*map(_entry, followed), *map(_entry, script.rules)]
    head = "# Written by the page of the simulator. The first entry that matches applies; nth counts from the start.\n"
    if any(rule.share < 1 for rule in script.rules):
        head += "# A share may choose other jobs than before, because its entry has another place.\n"
    return head + ("".join(entries) or "[]\n")


def fault_text(fault: Fault) -> str:
    """A fault as a scenario has it."""
    if fault.kind is FaultKind.ERROR:
        text, usual = f"{fault.status}", 1 if fault.status in _BUSY else None
        if fault.retry_after is None:
            text += "" if usual is None else ":none"
        elif fault.as_date or fault.retry_after != usual:
            text += f":{'date' if fault.as_date else ''}{fault.retry_after:g}"
    elif fault.kind is FaultKind.SLOW:
        text = f"slow:{_number(fault.seconds)}"
    else:
        text = fault.kind.value
    is_usual = fault.reaches is not (fault.kind is FaultKind.ERROR)
    return text if is_usual else f"{text}{'_after' if fault.reaches else '_before'}"


def _faults(script: tuple[Fault | None, ...]) -> list[str]:
    """The faults, with `*3` for three of one kind."""
    texts = ("ok" if fault is None else fault_text(fault) for fault in script)
    found = []
    for text, group in groupby(texts):
        left = len(list(group))
        while left:
            times = min(left, 999)
            found.append(text if times == 1 else f"{text}*{times}")
            left -= times
    return found


def _number(seconds: float | None) -> str | None:
    return None if seconds is None else f"{seconds:.6f}".rstrip("0").rstrip(".")


def _entry(rule: Rule) -> str:
    match: dict[str, Json] = {rule.kind: rule.name} if rule.kind else {}
    match |= {"nth": rule.nth} if rule.nth is not None else {}
    match |= {"share": rule.share} if rule.share < 1 else {}
    given = ", ".join(f"{key}: {value}" for key, value in match.items())
    scenario = f"scenario: {json.dumps(text_of(rule.scenario))}\n"
    return f"- match: {{{given}}}\n  {scenario}" if given else f"- {scenario}"
