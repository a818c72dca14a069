"""A progress line of one job, a batch or a file."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from ..errors.client import InvalidArgument
from ..errors.printable import plain

if TYPE_CHECKING:
    from ..batch.counts import Counts
    from ..jobs.snapshot import Update
    from .displays import OwnDisplay


class ProgressDisplay(Protocol):
    """The interface of `rich.progress.Progress`. Several waits, also of several clients, can share one."""

    def add_task(self, description: str, *, total: float | None = ..., **fields: Any) -> Any: ...

    def update(
        self, task_id: Any, *, description: str | None = ..., total: float | None = ..., completed: float | None = ...
    ) -> None: ...


def bar_of(title: str, progress: bool | ProgressDisplay) -> Bar | None:
    """The line for the argument `progress`; `None` if it is false."""
    if isinstance(progress, bool):
        return Bar(title) if progress else None
    if not callable(getattr(progress, "add_task", None)):
        raise InvalidArgument(f"progress must be True, False or a rich.progress.Progress, not {progress!r}")
    return Bar(title, progress)


class Bar:
    """The line of one wait: in *display*, which the caller starts and stops, or in its own display.

    The constructor raises `ConfigurationError` if the library that draws here is missing.
    """

    def __init__(self, title: str, display: ProgressDisplay | None = None) -> None:
        self._title = title
        self._own: OwnDisplay | None = None
        if display is None:
            from .displays import new_display

            display = self._own = new_display()
        self._display = display
        self._task = self._display.add_task(_escaped(title), total=None)

    def show_update(self, update: Update[Any]) -> None:
        """Show an update of one job."""
        progress = update.progress
        share = progress.share if progress else None
        said = [update.status or update.state.value, (progress.message if progress else None) or ""]
        if update.transient_error is not None:
            said.append(f"({type(update.transient_error).__name__}, trying again)")
        done = 1.0 if update.state.is_final else share
        total = None if done is None else 1.0
        self._show(total, done or 0.0, plain(" ".join(filter(None, said))))

    def show_counts(self, counts: Counts) -> None:
        """Show the counts of a batch."""
        left = f", about {counts.time_left:.0f} s left" if counts.time_left is not None else ""
        failed = f", {counts.failed} failed" if counts.failed else ""
        says = f"{counts.ended} of {counts.total or counts.taken} done{failed}{left}"
        self._show(counts.total, counts.ended, says)

    def show_bytes(self, size: int, total: int | None) -> None:
        """Show how much of a file has arrived."""
        says = f"{size:,} bytes" if total is None else f"{size:,} of {total:,} bytes"
        self._show(total, size, says)

    def start(self) -> None:
        """Start drawing."""
        if self._own is not None:
            self._own.start()

    def stop(self) -> None:
        """Stop drawing; the line stays."""
        if self._own is not None:
            self._own.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _show(self, total: float | None, completed: float, says: str) -> None:
        description = _escaped(f"{self._title} {says}")
        self._display.update(self._task, description=description, total=total, completed=completed)


def _escaped(text: str) -> str:
    """*text* with rich's markup escaped: a status may be any text."""
    return text.replace("[", "\\[")
