"""Pauses: what each policy promises for any number of looks, any age and any chance."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from math import inf, isfinite
from typing import Any

import pytest
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.jobs.polling import Polling
from bide_runtime.waiting.policy import Adaptive, Exponential, Fixed, Policy, backoff
from evidence.benchmarks import schedules
from evidence.benchmarks.job_times import Jobs
from evidence.benchmarks.optimum import optimum
from evidence.benchmarks.polls import seen_at
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import PART
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
    """What a provider may say of its jobs."""
    shortest, longest = sorted([draw(st.floats(0.1, 1e4)), draw(st.floats(0.1, 1e4))])
    early, late = sorted([draw(st.floats(0, 1e5)), draw(st.floats(0.001, 1e5))])
    return asked((shortest, longest), draw(st.sampled_from([None, (early, late)])))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any policy of the house."""
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
def test_every_policy_gives_a_pause_that_can_be_made(policy: Policy, polls: int, age: float, jitter: float) -> None:
    """No number of looks, no age and no chance makes a pause negative, infinite or an error."""
    pause = policy.delay(polls=polls, age=age, jitter=jitter)

    assert 0 <= pause < inf


@rule
@given(pollings(), st.integers(1, 10**6), ages, chances)
def test_the_default_stays_within_the_providers_interval(
    polling: Polling, polls: int, age: float, jitter: float
) -> None:
    """Between two looks lies what the provider wants, a twentieth added; up to five of them before jobs usually end."""
    shortest, longest = polling.interval
    early, late = polling.typical or (0.0, 0.0)
    pause = Adaptive(polling).delay(polls=polls, age=age, jitter=jitter)

    assert shortest * 0.999 <= pause <= longest * 1.051 * (5 if age < max(early, late / 100) else 1)


@rule
@given(pollings(), ages, chances)
def test_the_first_look_comes_before_long(polling: Polling, age: float, jitter: float) -> None:
    """However long jobs usually take, a wait shows a sign of life within five of the longest intervals."""
    pause = Adaptive(polling).delay(polls=0, age=age, jitter=jitter)

    assert pause <= 5 * polling.interval[1] * 1.051


def test_the_first_look_waits_for_what_jobs_usually_take() -> None:
    """Where the provider says how long its jobs take, nobody looks long before."""
    polling = asked((2.0, 10.0), (5.0, 20.0))

    assert 5 < Adaptive(polling).delay(polls=0, age=0, jitter=0) < 20


def test_looks_are_densest_where_jobs_usually_end() -> None:
    """Neither the jobs that end early nor those that go on for long are looked at as often as most."""
    policy = Adaptive(asked((2.0, 10.0), (5.0, 20.0)))
    early, usual, late = (policy.delay(polls=1, age=age, jitter=0) for age in (0, 8, 40))

    assert usual < early
    assert usual < late


@pytest.mark.parametrize("jobs", schedules.JOBS, ids=schedules.name_of)
def test_the_default_costs_little_more_than_the_best_looks_there_are(jobs: Jobs) -> None:
    """Where the provider is right: delay and looks, weighed as its interval does, within a tenth of the least."""
    assert 1.1 > schedules.against_optimum(jobs)


def test_the_default_is_ahead_of_others_at_their_own_number_of_looks() -> None:
    """Tuned to look no more often than another schedule, it notices sooner that a job has ended."""
    for jobs in schedules.JOBS:
        for name, rival in schedules.rivals(jobs).items():
            ours, theirs = schedules.against_rival(jobs, rival)
            assert ours.polls <= theirs.polls, name
            assert ours.delay < theirs.delay, name


@pytest.mark.parametrize("times", [1 / 3, 3])
def test_a_provider_that_is_wrong_about_its_jobs_costs_at_most_twice(times: float) -> None:
    """Jobs three times quicker or slower than said cost at most twice what the documented interval would."""
    for jobs in schedules.JOBS:
        assert 2 > schedules.against_interval(jobs, times=times), jobs


def test_a_job_that_is_old_enough_is_looked_at_at_once() -> None:
    """The first pause is shorter by the time that has passed since the submit."""
    policy = Adaptive(asked((10.0, 10.0)))

    assert 6 == pytest.approx(policy.delay(polls=0, age=4, jitter=0))
    assert 0 == policy.delay(polls=0, age=11, jitter=0)


def test_jobs_that_were_submitted_together_drift_apart() -> None:
    """Chance makes the pauses of two jobs differ."""
    policy = Adaptive(asked((10.0, 10.0)))

    assert policy.delay(polls=3, age=9, jitter=0.1) != policy.delay(polls=3, age=9, jitter=0.9)


def test_exponential_grows_to_its_longest() -> None:
    """Each pause is a factor longer than the one before, up to a limit."""
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
def test_a_policy_that_makes_no_sense_is_refused(make: Any) -> None:
    """Zero, negative and endless pauses are refused where they are written down."""
    with pytest.raises(InvalidArgument):
        make()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pause", [-1.0, float("nan"), inf, -inf])
def test_a_policy_of_the_user_that_makes_no_sense_ends_the_wait(mode: Mode, pause: float) -> None:
    """A pause that must be finite is an error with the job, and no endless sleep."""
    world = World(mode, served(polls=[RUNNING]))

    with pytest.raises(InvalidArgument, match="must be finite") as caught:
        world.do(world.job(PART).wait(policy=Steady(pause)))

    assert "j1" == caught.value.job_id


@rule
@given(st.integers(1, 10**6), chances)
def test_backoff_lies_between_half_and_all(tries: int, jitter: float) -> None:
    """After a failure the pause doubles up to half a minute, and half of it is chance."""
    pause = backoff(tries, jitter=jitter)
    whole = min(0.5 * 2 ** min(tries - 1, 20), 30)

    assert isfinite(pause)
    assert pause == pytest.approx(whole / 2 * (1 + jitter))


def test_exponential_pauses_vary_a_little_by_themselves() -> None:
    """Jitter is on by default, and never makes a pause shorter."""
    policy = Exponential(initial=10.0)

    assert 10.0 == policy.delay(polls=0, age=0.0, jitter=0.0)
    assert 10.5 == pytest.approx(policy.delay(polls=0, age=0.0, jitter=0.5))


@pytest.mark.parametrize("mode", MODES)
def test_a_policy_is_told_how_old_the_job_is(mode: Mode) -> None:
    """From its submit on; for a job that somebody else submitted, since the wait began."""
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
def test_exponential_pauses_grow_to_the_longest(factor: float, polls: int) -> None:
    """However slowly they grow, and however long they have grown."""
    policy = Exponential(initial=1.0, multiplier=factor, max_delay=3600.0)

    assert 3600.0 == policy.delay(polls=polls, age=0.0, jitter=0.0)


@rule
@given(
    st.lists(st.floats(0.1, 8.0), min_size=1, max_size=6).map(sorted),
    st.floats(0.05, 2.0),
    st.sampled_from([1, 3]),
)
def test_the_optimum_of_the_benchmark_is_one(times: list[float], price: float, apart: int) -> None:
    """No other looks cost less, by trying all of them."""

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
