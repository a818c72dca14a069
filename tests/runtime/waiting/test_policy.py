"""Policies: their delays for any number of polls, any age and any jitter."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from math import inf, isfinite
from typing import Any

import msgspec
import pytest
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.http.long_poll import LongPoll
from bide_runtime.jobs.polling import Polling
from bide_runtime.waiting.policies.policy import Adaptive, Exponential, Fixed, Policy, backoff
from evidence.benchmarks import schedules
from evidence.benchmarks.job_times import Jobs
from evidence.benchmarks.optimum import optimum
from evidence.benchmarks.polls import seen_at
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import PART, Report, kind
from tests.runtime.storms import Steady, rule
from tests.runtime.world import DONE, MODES, RUNNING, TICKET, Mode, World, served

polls = st.integers(0, 10**6)
ages = st.floats(0, 1e9)
chances = st.floats(0, 1, exclude_max=True)
seconds = st.floats(0.01, 1e6)


def asked(interval: tuple[float, float], typical: tuple[float, float] | None = None) -> Polling:
    """A provider's polling section; a policy uses only its interval and typical times."""
    return Polling(interval=interval, min_interval=0.1, typical=typical, timeout=300.0)


@st.composite
def pollings(draw: st.DrawFn) -> Polling:
    """Any `Polling` of a spec."""
    shortest, longest = sorted([draw(st.floats(0.1, 1e4)), draw(st.floats(0.1, 1e4))])
    early, late = sorted([draw(st.floats(0, 1e5)), draw(st.floats(0.001, 1e5))])
    return asked((shortest, longest), draw(st.sampled_from([None, (early, late)])))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any policy of the runtime."""
    return draw(
        st.one_of(
            st.builds(Adaptive, pollings()),
            st.builds(Fixed, seconds),
            st.builds(
                Exponential, initial=seconds, multiplier=st.floats(1, 100), max_delay=seconds, jitter=st.floats(0, 1)
            ),
        )
    )


@rule
@given(policies(), polls, ages, chances)
def test_every_delay_is_finite_and_not_negative(policy: Policy, polls: int, age: float, jitter: float) -> None:
    """For any number of polls, age and jitter."""
    pause = policy.delay(polls=polls, age=age, jitter=jitter)

    assert 0 <= pause < inf


@rule
@given(pollings(), st.integers(1, 10**6), ages, chances)
def test_the_default_stays_within_the_providers_interval(
    polling: Polling, polls: int, age: float, jitter: float
) -> None:
    """Delays are within the interval plus 5 %; up to 5x the maximum before jobs usually finish."""
    shortest, longest = polling.interval
    early, late = polling.typical or (0.0, 0.0)
    pause = Adaptive(polling).delay(polls=polls, age=age, jitter=jitter)

    assert shortest * 0.999 <= pause <= longest * 1.051 * (5 if age < max(early, late / 100) else 1)


@rule
@given(pollings(), ages, chances)
def test_the_first_delay_is_at_most_5_maximum_intervals(polling: Polling, age: float, jitter: float) -> None:
    """However long jobs usually take."""
    pause = Adaptive(polling).delay(polls=0, age=age, jitter=jitter)

    assert pause <= 5 * polling.interval[1] * 1.051


def test_the_first_poll_is_close_to_the_typical_time() -> None:
    """With a typical time in the spec, the first poll is not sent long before it."""
    polling = asked((2.0, 10.0), (5.0, 20.0))

    assert 5 < Adaptive(polling).delay(polls=0, age=0, jitter=0) < 20


def test_polls_cluster_where_jobs_usually_finish() -> None:
    """Delays are longer for younger and older jobs."""
    policy = Adaptive(asked((2.0, 10.0), (5.0, 20.0)))
    early, usual, late = (policy.delay(polls=1, age=age, jitter=0) for age in (0, 8, 40))

    assert usual < early
    assert usual < late


@pytest.mark.parametrize("jobs", schedules.JOBS, ids=schedules.name_of)
def test_the_default_costs_little_more_than_the_optimum(jobs: Jobs) -> None:
    """If the spec is right, latency and polls, weighed as its interval does, cost at most 10 % more."""
    assert 1.1 > schedules.against_optimum(jobs)


def test_the_default_is_faster_than_others_with_as_many_polls() -> None:
    """Tuned to the number of polls of another policy, it notices the end of a job sooner."""
    for jobs in schedules.JOBS:
        for name, rival in schedules.rivals(jobs).items():
            ours, theirs = schedules.against_rival(jobs, rival)
            assert ours.polls <= theirs.polls, name
            assert ours.delay < theirs.delay, name


@pytest.mark.parametrize("times", [1 / 3, 3])
def test_a_wrong_typical_time_costs_at_most_twice(times: float) -> None:
    """Jobs that are 3x faster or slower cost at most 2x as much as the documented interval would."""
    for jobs in schedules.JOBS:
        assert 2 > schedules.against_interval(jobs, times=times), jobs


def test_an_old_job_is_polled_at_once() -> None:
    """The first delay is shorter by the time since the submit."""
    policy = Adaptive(asked((10.0, 10.0)))

    assert 6 == pytest.approx(policy.delay(polls=0, age=4, jitter=0))
    assert 0 == policy.delay(polls=0, age=11, jitter=0)


def test_jobs_that_were_submitted_together_drift_apart() -> None:
    """Jitter makes their delays differ."""
    policy = Adaptive(asked((10.0, 10.0)))

    assert policy.delay(polls=3, age=9, jitter=0.1) != policy.delay(polls=3, age=9, jitter=0.9)


def test_exponential_grows_to_its_maximum() -> None:
    """Each delay is `multiplier` times the last one, up to `max_delay`."""
    policy = Exponential(initial=1, multiplier=2, max_delay=10, jitter=0)

    assert [1, 2, 4, 8, 10, 10] == [policy.delay(polls=polls, age=0, jitter=0.5) for polls in range(6)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Fixed(0),
        lambda: Fixed(-1),
        lambda: Fixed(inf),
        lambda: Fixed(float("nan")),
        lambda: Exponential(initial=0),
        lambda: Exponential(max_delay=inf),
        lambda: Exponential(multiplier=0.5),
        lambda: Exponential(jitter=2),
        lambda: Exponential(multiplier=float("nan")),
    ],
)
def test_invalid_arguments_of_a_policy_are_refused(make: Any) -> None:
    """Zero, negative and infinite delays are refused by the constructor."""
    with pytest.raises(InvalidArgument):
        make()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pause", [-1.0, float("nan"), inf, -inf])
def test_an_invalid_delay_of_a_users_policy_ends_the_wait(mode: Mode, pause: float) -> None:
    """The error has the job, and there is no endless sleep."""
    world = World(mode, served(polls=[RUNNING]))

    with pytest.raises(InvalidArgument, match="must be finite") as caught:
        world.do(world.job(PART).wait(policy=Steady(pause)))

    assert "j1" == caught.value.job_id


@rule
@given(st.integers(1, 10**6), chances)
def test_backoff_doubles_up_to_30_s(tries: int, jitter: float) -> None:
    """With jitter, a delay is 50 to 100 % of that."""
    pause = backoff(tries, jitter=jitter)
    whole = min(0.5 * 2 ** min(tries - 1, 20), 30)

    assert isfinite(pause)
    assert pause == pytest.approx(whole / 2 * (1 + jitter))


def test_exponential_has_jitter_by_default() -> None:
    """It never makes a delay shorter."""
    policy = Exponential(initial=10.0)

    assert 10.0 == policy.delay(polls=0, age=0.0, jitter=0.0)
    assert 10.5 == pytest.approx(policy.delay(polls=0, age=0.0, jitter=0.5))


@pytest.mark.parametrize("mode", MODES)
def test_a_policy_gets_the_age_of_the_job(mode: Mode) -> None:
    """Since its submit; for a job that another client submitted, since the start of the wait."""
    told: list[tuple[int, float]] = []

    class Telling:
        def delay(self, *, polls: int, age: float, jitter: float) -> float:
            told.append((polls, age))
            return 2.0

    world = World(mode, served(submit=[TICKET], polls=[RUNNING, RUNNING, DONE, RUNNING, RUNNING, DONE]))
    job = world.do(world.jobs(PART).submit(url="u"))
    world.clock.time.advance(5.0)
    world.do(job.wait(policy=Telling()))
    world.do(world.jobs(PART).attach("j2").wait(policy=Telling()))

    assert [(0, 5.0), (1, 7.0), (2, 9.0), (1, 0.0), (2, 2.0)] == told


@pytest.mark.parametrize("polls", [1_000, 1_000_000])
@pytest.mark.parametrize("factor", [1.01, 1.5, 100])
def test_exponential_reaches_its_maximum_for_any_multiplier(factor: float, polls: int) -> None:
    """However small the multiplier, and for any number of polls."""
    policy = Exponential(initial=1.0, multiplier=factor, max_delay=3600.0)

    assert 3600.0 == policy.delay(polls=polls, age=0.0, jitter=0.0)


@rule
@given(
    st.lists(st.floats(0.1, 8.0), min_size=1, max_size=6).map(sorted),
    st.floats(0.05, 2.0),
    st.sampled_from([1, 3]),
)
def test_the_optimum_of_the_benchmark_is_optimal(times: list[float], price: float, apart: int) -> None:
    """Checked by trying all schedules."""

    @cache
    def least(now: int) -> float:
        going = [time for time in times if time > now * step * (1 + 1e-9)]
        if not going:
            return 0.0
        return len(going) * price + min(
            sum(look * step - time for time in going if time <= look * step * (1 + 1e-9)) + least(look)
            for look in range(now + apart, now + 40)
        )

    step = 0.5
    found = optimum(times, price=price, step=step, shortest=apart * step)

    assert all(after - before >= apart * step - 1e-9 for before, after in pairwise((0.0, *found)))
    assert len(times) * seen_at(iter((*found, inf)), times).cost(price) == pytest.approx(least(0))


@pytest.mark.parametrize("typical", [None, (1.0, 20.0)])
@pytest.mark.parametrize("age", [0.0, 3.0, 60.0])
def test_the_first_poll_comes_after_the_initial_delay(typical: tuple[float, float] | None, age: float) -> None:
    """Of the job's age, and only the first."""
    polling = msgspec.structs.replace(asked((1.0, 4.0), typical), initial_delay=50.0)
    policy, usual = Adaptive(polling), Adaptive(asked((1.0, 4.0), typical))

    assert policy.delay(polls=0, age=age, jitter=0.0) == max(50.0 - age, usual.delay(polls=0, age=age, jitter=0.0))
    assert policy.delay(polls=1, age=age, jitter=0.0) == usual.delay(polls=1, age=age, jitter=0.0)


def test_a_wait_begins_with_the_initial_delay(world: Callable[..., World]) -> None:
    """Before a long poll as well; the handle of a job of unknown age polls at once, and the deadline comes first."""
    polling = Polling(interval=(1.0, 1.0), min_interval=0.5, timeout=60.0, initial_delay=30.0)
    for more in ({}, {"long_poll": LongPoll(query="wait", max_seconds=5.0)}):
        of = kind("late", Report, polling=polling, **more)
        w = world(served(submit=[TICKET], polls=[DONE]), jitter=lambda: 0.0)
        w.do(w.jobs(of).run(url="u"))
        assert w.polls == [30.0]
        w = world(served(submit=[TICKET], polls=[DONE]))
        w.do(w.job(of).wait())
        assert w.polls == [0.0]
        w = world(served(submit=[TICKET], polls=[DONE]), jitter=lambda: 0.0)
        w.do(w.jobs(of).run(url="u", timeout=20.0))
        assert w.polls[0] < 20.0
