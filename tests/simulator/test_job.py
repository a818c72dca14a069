"""One simulated job: its statuses and progress over time, and the effect of a cancel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.simulator.life.job import SimulatedJob, begin
from bide.simulator.life.scenario import read
from tests.simulator.simulated_acme import PROVIDER

SHOT = next(job for job in PROVIDER.jobs if job.lifecycle is PROVIDER.lifecycles[0])
WAY = ["queued", "working", "done"]


def simulated(scenario: str, *, now: float = 0.0) -> SimulatedJob:
    return begin(SHOT, read(scenario), id="s1", first="queued", sent={}, now=now, seed="")


@given(st.floats(0, 1000), st.floats(0, 1000), st.lists(st.floats(0, 3000), min_size=2))
def test_statuses_and_progress_only_advance(began: float, duration: float, ages: list[float]) -> None:
    """Statuses are in order, progress never shrinks, and the job ends at its duration."""
    job = simulated(f"duration={duration:.3f}", now=began)
    moments = sorted(began + age for age in ages)
    seen = [WAY.index(job.status(moment)) for moment in moments]
    shares = [job.share(moment) for moment in moments]

    assert seen == sorted(seen)
    assert shares == sorted(shares)
    assert job.finished == pytest.approx(began + duration, abs=0.001)
    assert job.status(began + duration + 1) == "done"
    assert job.is_ready(began + duration + 1)


def test_a_failed_job_has_incomplete_progress() -> None:
    """A job that fails stops before its work is complete."""
    assert simulated("fail; duration=6").share(100) == pytest.approx(0.6)


def test_a_stalled_job_never_ends() -> None:
    """It keeps its status, and its progress stays below 100 %."""
    job = simulated("stall; duration=6")

    assert job.finished is None
    assert job.status(1e9) == "working"
    assert 0.8 < job.share(1e9) < 1


def test_cancelled_by_way_of_a_stopping_status() -> None:
    """A cancelled job has the stopping status first, and then the cancelled one."""
    job = simulated("succeed; duration=10")
    job.cancel(5)

    assert [job.status(moment) for moment in (0, 4, 5, 6, 100)] == ["queued", "working", "stopping", "off", "off"]


def test_a_cancel_does_not_change_a_final_job() -> None:
    """A job that has ended stays as it is."""
    job = simulated("succeed; duration=10")
    job.cancel(11)

    assert job.status(100) == "done"
