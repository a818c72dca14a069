"""The progress line on standard error, in a terminal: of one job, and of a batch."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from ...batch.counts import Counts
    from ...jobs.snapshot import Update

_WIDE = 60
"""The least number of columns of a terminal with a bar."""


class Line(Protocol):
    """What shows how a job or a batch is getting on."""

    def show_update(self, update: Update[Any]) -> None: ...

    def show_counts(self, counts: Counts) -> None: ...


class Silent:
    """The line where nobody looks: standard error is no terminal."""

    def show_update(self, update: Update[Any]) -> None:
        """Show nothing."""

    def show_counts(self, counts: Counts) -> None:
        """Show nothing."""


def line(title: str) -> AbstractContextManager[Line]:
    """A progress line in a terminal; elsewhere one that shows nothing."""
    return TerminalLine(title) if sys.stderr.isatty() else nullcontext(Silent())


class TerminalLine:
    """One line: a bar if the size is known, status, time, and when the next poll is due."""

    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn

        console = Console(stderr=True)
        bars = [_bar()] if console.width >= _WIDE else []
        self._title = title
        self._display = Progress(SpinnerColumn(), *bars, _says(), console=console)
        self._task = self._display.add_task(title, total=None, due=None)

    def show_update(self, update: Update[Any]) -> None:
        """Show an update of one job."""
        progress = update.progress
        said = [update.status or update.state.value, (progress.message if progress else None) or ""]
        if update.transient_error is not None:
            said.append(f"({type(update.transient_error).__name__}, trying again)")
        share = 1.0 if update.state.is_final else progress.share if progress else None
        due = None if update.next_poll_in is None else time.monotonic() + update.next_poll_in
        self._show(" ".join(filter(None, said)), share or 0.0, None if share is None else 1.0, due)

    def show_counts(self, counts: Counts) -> None:
        """Show the counts of a batch."""
        parts = [f"{counts.ended:,} of {counts.total or counts.taken:,} done"]
        if counts.failed:
            parts.append(f"{counts.failed:,} failed")
        parts.append(f"{counts.taken - counts.ended:,} running")
        if counts.time_left is not None:
            parts.append(f"about {counts.time_left:.0f} s left")
        self._show(", ".join(parts), counts.ended, counts.total, None)

    def __enter__(self) -> Self:
        self._display.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._display.update(self._task, due=None)
        self._display.stop()

    def _show(self, says: str, completed: float, total: float | None, due: float | None) -> None:
        from ...errors.printable import plain

        description = plain(f"{self._title} {says}")
        self._display.update(self._task, description=description, completed=completed, total=total, due=due)


def _bar() -> ProgressColumn:
    from rich.progress import BarColumn, Task
    from rich.progress_bar import ProgressBar
    from rich.text import Text

    class Bar(BarColumn):
        """A bar, only if the provider says how much is done."""

        def render(self, task: Task) -> ProgressBar:
            return super().render(task) if task.total is not None else Text("")  # type: ignore[return-value]

    return Bar(bar_width=20)


def _says() -> ProgressColumn:
    from rich.progress import ProgressColumn, Task
    from rich.table import Column
    from rich.text import Text

    class Says(ProgressColumn):
        """The status, the time, and the seconds until the next poll. What does not fit into the line is cut."""

        def get_table_column(self) -> Column:
            return Column(no_wrap=True, overflow="ellipsis")

        def render(self, task: Task) -> Text:
            elapsed = int((task.finished_time if task.finished else task.elapsed) or 0)
            parts = [Text(task.description), Text(f"{elapsed // 60}:{elapsed % 60:02}", style="progress.elapsed")]
            if (due := task.fields["due"]) is not None:
                parts.append(Text(f"next poll in {max(due - time.monotonic(), 0):.0f} s", style="dim"))
            return Text("  ").join(parts)

    return Says()
