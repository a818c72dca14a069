"""The progress line: its text, what draws it where, and that it is shown only on request."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from bide_runtime.batch.counts import Counts
from bide_runtime.clients.progress import Bar, Lines
from bide_runtime.errors.client import ConfigurationError
from bide_runtime.errors.transport import ConnectionFailed
from bide_runtime.http.request import Response
from bide_runtime.jobs.lifecycle import Lifecycle
from bide_runtime.jobs.snapshot import Snapshot, Update
from bide_runtime.jobs.state import State

from tests.runtime.acme import KEY, PART, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport, LoopClock, Server
from tests.runtime.world import DONE, RUNNING, TICKET, Mode, World, report, served

Make = Callable[..., World]

CALLS: dict[str, Callable[[World, bool], Any]] = {
    "wait": lambda w, progress: w.job(PART).wait(progress=progress),
    "run": lambda w, progress: w.jobs(PART).run(url="u", progress=progress),
}
BATCHES: dict[str, Callable[[Any, bool], Any]] = {
    "run_many": lambda jobs, progress: jobs.run_many([{"url": "u"}], progress=progress),
    "wait_many": lambda jobs, progress: jobs.wait_many([jobs.attach("j1")], progress=progress),
}


def batch(mode: Mode, server: Server, start: Callable[[Any], Any], leave: Callable[[Any], Any] | None = None) -> Any:
    """Start a batch, and iterate it to its end, or leave it."""
    if mode == "sync":
        world = World(mode, server)
        world.clock.grace = 0.02
        started = start(world.jobs(PART))
        (leave or list)(started)
        return started
    clock = LoopClock()

    async def main() -> Any:
        async with AsyncAcme(KEY, transport=AsyncFakeTransport(server, clock), clock=clock) as client:
            started = start(client.jobs(PART))
            if leave is None:
                assert [outcome async for outcome in started]
            else:
                await leave(started)
            return started

    return clock.run(main())


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output is a terminal, unless a test says otherwise."""
    monkeypatch.setattr("bide_runtime.clients.progress._is_terminal", lambda: True)


@pytest.fixture
def bar(monkeypatch: pytest.MonkeyPatch) -> Bar:
    """A line that is not drawn, in a terminal wide enough for it."""
    monkeypatch.setenv("COLUMNS", "200")
    return Bar("part")


def line(bar: Bar, capsys: pytest.CaptureFixture[str]) -> str:
    """The text of the line after it was stopped."""
    bar.start()
    bar.stop()
    return capsys.readouterr().out


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_line_shows_the_kind_of_job_and_how_it_ended(
    call: Callable[[World, bool], Any], world: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every method that waits for one job can show it."""
    w = world(served(submit=[TICKET], polls=[RUNNING, DONE]))
    w.do(call(w, True))

    said = capsys.readouterr().out
    assert "part" in said
    assert "done" in said


@pytest.mark.parametrize("call", BATCHES.values(), ids=BATCHES)
def test_the_line_of_a_batch_shows_how_many_are_done(
    call: Callable[[Any, bool], Any], mode: Mode, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every method that waits for many jobs can show it."""
    batch(mode, served(submit=[TICKET], polls=[RUNNING, DONE]), lambda jobs: call(jobs, True))

    said = capsys.readouterr().out
    assert "part" in said
    assert "1 of 1 done" in said


@pytest.mark.parametrize("call", [*CALLS.values(), *BATCHES.values()], ids=[*CALLS, *BATCHES])
def test_no_line_is_shown_by_default(
    call: Callable[[Any, bool], Any], mode: Mode, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without `progress`, nothing is written to the terminal."""
    server = served(submit=[TICKET], polls=[RUNNING, DONE])
    if call in CALLS.values():
        w = World(mode, server)
        w.do(call(w, False))
    else:
        batch(mode, server, lambda jobs: call(jobs, False))

    assert "" == capsys.readouterr().out


def test_a_missing_rich_is_an_error_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """`rich` is no dependency of a package."""
    monkeypatch.setitem(sys.modules, "rich.progress", None)

    with pytest.raises(ConfigurationError, match="pip install rich"):
        Bar("part")


def test_a_log_gets_plain_lines(
    world: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, one every few seconds and the last; without `rich`, and without bars or colours."""
    monkeypatch.setattr("bide_runtime.clients.progress._is_terminal", lambda: False)
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    w = world(served(submit=[TICKET], polls=[RUNNING, RUNNING, DONE]))
    w.do(w.jobs(PART).run(url="u", progress=True))

    told = capsys.readouterr()
    assert "" == told.out
    lines = told.err.splitlines()
    assert lines[0].startswith("part ")
    assert "part done" == lines[-1]
    assert len(lines) == 2


def test_a_line_of_a_log_waits_for_its_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between two are at least five seconds."""
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    lines = Lines()
    lines.add_task("part")
    for second in range(12):
        now[0] = float(second)
        lines.update(0, description=f"part [{second}]".replace("[", "\\["), total=20.0, completed=float(second))
    lines.stop()

    assert ["part [0]", "part [5] (25%)", "part [10] (50%)", "part [11] (55%)"] == capsys.readouterr().err.splitlines()


def test_a_notebook_gets_a_widget(
    world: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By `tqdm.auto`; without it, plain lines."""

    class ZMQInteractiveShell:
        """The shell of a kernel."""

    class IPython:
        """The module, as far as it is asked."""

        get_ipython = ZMQInteractiveShell

    monkeypatch.setitem(sys.modules, "IPython", IPython)  # type: ignore[arg-type]
    for has_tqdm in (True, False):
        if not has_tqdm:
            monkeypatch.setitem(sys.modules, "tqdm.auto", None)
        w = world(served(submit=[TICKET], polls=[RUNNING, DONE]))
        w.do(w.jobs(PART).run(url="u", progress=True))
        assert "part done" in capsys.readouterr().err


TELLING = Lifecycle(poll="/jobs/{job_id}", progress={"share": ("share",), "message": ("message",)})


def update(state: State = State.RUNNING, body: Any = None, **more: Any) -> Update[Any]:
    nothing: dict[str, Any] = dict.fromkeys(("status", "next_poll_in", "transient_error"))
    snapshot = Snapshot[Any]("j1", None, state, Response(status=200, headers={}, body=b""), Any, TELLING, body)
    return Update(job_id="j1", state=state, elapsed=1.0, polls=1, snapshot=snapshot, **{**nothing, **more})


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (update(status="reading"), "reading 0:"),
        (update(), "running 0:"),
        (update(status="reading", body={"message": "page 3"}), "reading page 3 0:"),
        (update(transient_error=ConnectionFailed("lost")), "running (ConnectionFailed, trying again) 0:"),
    ],
    ids=["status", "no status", "message", "fault"],
)
def test_a_line_shows_the_status_of_the_job(
    seen: Update[Any], says: str, bar: Bar, capsys: pytest.CaptureFixture[str]
) -> None:
    """The provider's status or our state, the progress message, and the transient error."""
    bar.show_update(seen)

    assert says in line(bar, capsys)


@pytest.mark.parametrize(
    ("seen", "share"),
    [
        (update(), None),
        (update(body={"share": 0.25}), 0.25),
        (update(body={"share": 0.0}), 0.0),
        (update(State.FAILED, body={"share": 0.25}), 1.0),
        (update(State.SUCCEEDED), 1.0),
    ],
    ids=["unknown", "quarter", "nothing", "failed", "done"],
)
def test_a_line_shows_the_share_that_is_done(seen: Update[Any], share: float | None, bar: Bar) -> None:
    """A final job has a full line; without progress the line stays empty."""
    bar.show_update(seen)
    [task] = bar._display.tasks

    assert (None if share is None else 1.0) == task.total
    assert (share or 0.0) == task.completed


def counts(**more: Any) -> Counts:
    return Counts(**{"taken": 4, "total": 8, "states": {}, "succeeded": 2, "failed": 0, "elapsed": 10.0, **more})


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (counts(), "2 of 8 done, about 30 s left 0:"),
        (counts(failed=2), "4 of 8 done, 2 failed, about 10 s left 0:"),
        (counts(total=None), "2 of 4 done 0:"),
        (counts(succeeded=0), "0 of 8 done 0:"),
    ],
    ids=["so far", "failed", "no total", "none yet"],
)
def test_the_line_of_a_batch_shows_its_counts(
    seen: Counts, says: str, bar: Bar, capsys: pytest.CaptureFixture[str]
) -> None:
    """With an estimate of the time left, as soon as there is one."""
    bar.show_counts(seen)
    [task] = bar._display.tasks

    assert says in line(bar, capsys)
    assert (seen.total, seen.ended) == (task.total, task.completed)


@pytest.mark.parametrize("leave", [None, lambda one: one.close()], ids=["at the end", "early"])
def test_the_line_of_a_batch_stops_with_the_batch(leave: Callable[[Any], Any] | None, mode: Mode) -> None:
    """Nothing is drawn after the end of the batch."""
    server = served(submit=[TICKET], polls=[RUNNING, DONE])
    drawn = []

    def start(jobs: Any) -> Any:
        started = jobs.run_many([{"url": "a"}], progress=True)
        drawn.append(started._bar._display.live.is_started)
        return started

    left = batch(mode, server, start, leave)

    assert [True, False] == [*drawn, left._bar._display.live.is_started]


def test_a_status_cannot_control_the_terminal(world: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """A status cannot clear the terminal, set its title or start a new line."""
    w = world(served(submit=[TICKET], polls=[report("\x1b]0;evil\x07\x1b[2J\r\nevil"), DONE]))
    w.do(w.job(PART).wait(progress=True))

    said = capsys.readouterr().out
    assert "\x1b]0;" not in said
    assert "\nevil" not in said


def test_several_waits_share_a_display(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has a line in the caller's display, which only the caller starts and stops. Markup is escaped."""
    from rich.progress import Progress

    display = Progress()
    with display:
        for title, status in (("pages", "[red]reading"), ("maps", "drawing")):
            with Bar(title, display) as bar:
                bar.show_update(update(status=status))
        assert display.live.is_started

    shown = [task.description for task in display.tasks]
    assert shown == [r"pages \[red]reading", "maps drawing"]
    assert "pages [red]reading" in capsys.readouterr().out
