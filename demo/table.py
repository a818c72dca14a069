"""Format verdicts as plain text, one aligned line each. Independent of how they are judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verdict import Verdict

_HEADINGS = ("provider", "job", "what", "mode", "outcome", "polls", "seconds", "")
_WIDTHS = (12, 17, 13, 5, 34, 5, 7, 5)
_TO_THE_RIGHT = ("polls", "seconds")


def heading(*, speed: float) -> str:
    """The text above the lines."""
    note = f"Seconds are the provider's and the client's: {speed:g} of them pass in one of the wall."
    return "\n".join((note, "", _aligned(_HEADINGS), _aligned("-" * width for width in _WIDTHS)))


def rows(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """A line for each verdict, followed by one for each of its problems."""
    for verdict in verdicts:
        line = verdict.line
        yield _aligned(
            (
                line.provider,
                line.name,
                line.what,
                line.mode,
                _shortened(verdict.notes["outcome"]),
                str(verdict.polls) if line.jobs else "-",
                f"{verdict.notes['seconds']:.1f}",
                "ok" if verdict.is_right else "WRONG",
            )
        )
        for complaint in verdict.complaints:
            yield f"    {complaint}"


def summary(verdicts: list[Verdict], surpluses: list[str]) -> str:
    """The text below the lines."""
    wrong = sum(not verdict.is_right for verdict in verdicts)
    if wrong or surpluses:
        return "\n".join((f"WRONG: {wrong} of {len(verdicts)} lines", *(f"WRONG: {each}" for each in surpluses)))
    named = {(verdict.line.provider, verdict.line.name, verdict.line.jobs == 0) for verdict in verdicts}
    polls = sum(verdict.polls for verdict in verdicts)
    jobs = sum(verdict.line.jobs for verdict in verdicts)
    return (
        f"all {len(verdicts)} lines are as they should be: {len({provider for provider, _, _ in named})} providers, "
        f"{jobs} jobs, none made twice, {polls} polls, none too early"
    )


def _aligned(cells: Iterable[str]) -> str:
    columns = zip(cells, _WIDTHS, _HEADINGS, strict=True)
    return "  ".join(
        cell.rjust(width) if heading in _TO_THE_RIGHT else cell.ljust(width) for cell, width, heading in columns
    ).rstrip()


def _shortened(outcome: str) -> str:
    """A short form of the outcome: for a stream, the number of its events and the last one."""
    events = [] if outcome[0].isdigit() else outcome.split(", ")
    if len(outcome) <= _WIDTHS[4] or len(events) < 2:
        return outcome
    return f"{len(events)} events, last {events[-1]}"
