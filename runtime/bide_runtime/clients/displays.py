"""Where a progress line is drawn: by `rich` in a terminal, by `tqdm` in a notebook, else as plain lines."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..errors.client import ConfigurationError
from .progress import ProgressDisplay


class OwnDisplay(ProgressDisplay, Protocol):
    """A display that a line starts and stops itself."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(slots=True)
class Lines:
    """Plain lines on standard error, where nobody looks at a bar: in a log. One every few seconds, and the last."""

    every: float = 5.0
    """The shortest time between two lines, in seconds."""
    _said: str = field(default="", init=False)
    _at: float = field(default=float("-inf"), init=False)
    _waiting: str = field(default="", init=False)

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
        if time.monotonic() - self._at >= self.every:
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


@dataclass(slots=True)
class Widget:
    """A bar of `tqdm`, which is a widget in a notebook if `ipywidgets` is there."""

    _tqdm: Any
    _bar: Any = field(default=None, init=False)

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


def new_display() -> OwnDisplay:
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
