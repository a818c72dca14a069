"""A line in the terminal that shows how far one job or a batch is, drawn by `rich` if that is installed."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..errors.client import ConfigurationError
from ..errors.printable import plain

if TYPE_CHECKING:
    from rich.progress import Progress

    from ..batch.counts import Counts
    from ..jobs.snapshot import Update


class Bar:
    """The line of one wait. Raises `ConfigurationError` when it is made if `rich` is missing."""

    def __init__(self, title: str) -> None:
        try:
            from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
        except ImportError as error:
            raise ConfigurationError(
                "progress=True draws with rich, which is not installed: pip install rich"
            ) from error
        columns = (
            SpinnerColumn(),
            TextColumn("{task.fields[title]}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[says]}", markup=False),
            TimeElapsedColumn(),
        )
        self._progress: Progress = Progress(*columns, transient=False)
        self._task = self._progress.add_task("", total=None, title=title, says="")

    def show_update(self, update: Update[Any]) -> None:
        """Show where a job is."""
        progress = update.progress
        share = progress.share if progress else None
        said = [update.status or update.state.value, (progress.message if progress else None) or ""]
        if update.transient_error is not None:
            said.append(f"({type(update.transient_error).__name__}, trying again)")
        done = 1.0 if update.state.is_final else share
        total = None if done is None else 1.0
        self._progress.update(self._task, total=total, completed=done or 0.0, says=plain(" ".join(filter(None, said))))

    def show_counts(self, counts: Counts) -> None:
        """Show how far a batch is."""
        left = f", about {counts.time_left:.0f} s left" if counts.time_left is not None else ""
        failed = f", {counts.failed} failed" if counts.failed else ""
        says = f"{counts.ended} of {counts.total or counts.taken} done{failed}{left}"
        self._progress.update(self._task, total=counts.total, completed=counts.ended, says=says)

    def start(self) -> None:
        """Begin to draw."""
        self._progress.start()

    def stop(self) -> None:
        """Leave the line as it is."""
        self._progress.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
