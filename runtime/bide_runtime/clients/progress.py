"""A progress line of one job, a batch or a file: by `rich` in a terminal, by `tqdm` in a notebook, else plain lines."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from msgspec.structs import replace

from ..errors.client import ConfigurationError, InvalidArgument
from ..errors.printable import plain
from ..http.file_body import FileBody

if TYPE_CHECKING:
    from ..batch.counts import Counts
    from ..jobs.snapshot import Update
    from ..waiting.submits.submission import Submission


S = TypeVar("S")
R = TypeVar("R")


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
            display = self._own = _new_display()
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
        """Show how much of a file was sent or has arrived."""
        says = f"{size:,} bytes" if total is None else f"{size:,} of {total:,} bytes"
        self._show(total, size, says)

    def watched(self, submission: Submission[S, R]) -> Submission[S, R]:
        """The same submission, whose files move the line while they are sent."""
        call = submission.call
        if not isinstance(call.body, FileBody):
            return submission
        return replace(submission, call=replace(call, body=replace(call.body, told=self.show_bytes)))

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


class OwnDisplay(ProgressDisplay, Protocol):
    """A display that a line starts and stops itself."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Lines:
    """Plain lines on standard error, where nobody looks at a bar: in a log. One every few seconds, and the last."""

    def __init__(self, every: float = 5.0) -> None:
        """*every*: the shortest time between two lines, in seconds."""
        self._every = every
        self._said = ""
        self._at = float("-inf")
        self._waiting = ""

    def add_task(self, description: str, *, total: float | None = None, **fields: Any) -> int:
        """Begin with a line's title."""
        return 0

    def update(
        self,
        task_id: Any,
        *,
        description: str | None = None,
        total: float | None = None,
        completed: float | None = None,
    ) -> None:
        """Print a line, unless the last one is too recent."""
        share = f" ({completed / total:.0%})" if total and completed and completed < total else ""
        self._waiting = (description or "").replace("\\[", "[") + share
        if time.monotonic() - self._at >= self._every:
            self._print()

    def start(self) -> None:
        """Nothing is drawn yet."""

    def stop(self) -> None:
        """Print what was held back."""
        self._print()

    def _print(self) -> None:
        if self._waiting and self._waiting != self._said:
            print(self._waiting, file=sys.stderr, flush=True)
            self._said, self._at = self._waiting, time.monotonic()


class Widget:
    """A bar of `tqdm`, which is a widget in a notebook if `ipywidgets` is there."""

    def __init__(self, tqdm: Any) -> None:
        self._tqdm = tqdm
        self._bar: Any = None

    def add_task(self, description: str, *, total: float | None = None, **fields: Any) -> int:
        """Begin a bar."""
        self._bar = self._tqdm(total=total, desc=description, bar_format="{desc} {bar} {elapsed}")
        return 0

    def update(
        self,
        task_id: Any,
        *,
        description: str | None = None,
        total: float | None = None,
        completed: float | None = None,
    ) -> None:
        """Show another text and share."""
        self._bar.total = total
        self._bar.n = completed or 0
        self._bar.set_description_str((description or "").replace("\\[", "["))

    def start(self) -> None:
        """The bar is there already."""

    def stop(self) -> None:
        """Leave the bar as it is."""
        self._bar.close()


def _new_display() -> OwnDisplay:
    """The display for where this runs: a notebook, a log, or a terminal."""
    if _is_notebook():
        try:
            from tqdm.auto import tqdm  # type: ignore[import-untyped]  # it has no types
        except ImportError:
            return Lines()
        return Widget(tqdm)
    if not _is_terminal():
        return Lines()
    try:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    except ImportError as error:
        raise ConfigurationError("progress=True needs rich, which is not installed: pip install rich") from error
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, transient=False)


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _is_notebook() -> bool:
    """Whether this runs in a kernel of Jupyter."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def _escaped(text: str) -> str:
    """*text* with rich's markup escaped: a status may be any text."""
    return text.replace("[", "\\[")
