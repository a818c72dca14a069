"""The scripts for all clients, and the duty of a client in each. Independent of clients and processes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PAUSE = 1.0
"""Seconds between two polls, for every client with such an option."""

PATIENCE = 25.0
"""The timeout of a wait in seconds, for every client with such an option, unless a script has another one."""

BOUND = 40.0
"""Seconds after which the process of a client is ended, because it may never end."""


class Duty(StrEnum):
    """The duty of a client in a script."""

    RESULT = "return the result"
    TIMEOUT = "end with a timeout error, on time, without losing the job's id"
    FAILURE = "tell the failure, in the provider's words"
    CANCELLATION = "tell that the job was cancelled"
    ONE_JOB = "make no second job"


class Trait(StrEnum):
    """A property of a client that a script requires."""

    SUBMIT = "it submits"
    PARTS = "its jobs can succeed in part"
    CANCELLED = "its jobs can be cancelled"
    RESULT_ADDRESS = "its results have an address of their own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One script."""

    name: str
    scenario: str
    """The simulator's scenario of the first job. Further jobs succeed."""
    duty: Duty
    happens: str
    """A description of the scenario."""
    does: str = "run"
    """The client's action: `run`, or `batch` if the provider has batches."""
    timeout: float = PATIENCE
    retry_afters: tuple[float, ...] = ()
    """The server's retry_after in seconds after the first poll, the second, ..."""
    needs: frozenset[Trait] = frozenset()


SCRIPTS = (
    Script(
        name="happy path",
        scenario="succeed; duration=2",
        duty=Duty.RESULT,
        happens="The job is done after 2 s.",
    ),
    Script(
        name="deadline with slow replies",
        scenario="stall; duration=600; poll=slow:3*99",
        duty=Duty.TIMEOUT,
        happens="The job never ends, and each poll is answered after 3 s. The wait is given 5 s.",
        timeout=5.0,
    ),
    Script(
        name="429 with Retry-After",
        scenario="succeed; duration=2; poll=429:3*2",
        duty=Duty.RESULT,
        happens="Two polls in a row are answered with 429 and `Retry-After: 3`.",
        retry_afters=(3.0, 3.0),
    ),
    Script(
        name="429 without Retry-After",
        scenario="succeed; duration=2; poll=429:none*5",
        duty=Duty.RESULT,
        happens="Five polls in a row are answered with 429 and no hint.",
    ),
    Script(
        name="502 burst",
        scenario="succeed; duration=2; poll=502*5",
        duty=Duty.RESULT,
        happens="Five polls in a row are answered with 502.",
    ),
    Script(
        name="null in an optional field",
        scenario="succeed; duration=2; poll=nulls*99",
        duty=Duty.RESULT,
        happens="In the reply to a poll each field that may be absent is null, unless it is promised for that state.",
    ),
    Script(
        name="unknown status",
        scenario="succeed; duration=3; poll=unknown_status*2",
        duty=Duty.RESULT,
        happens="Two polls show a status that no page has; then the job goes on to its end.",
    ),
    Script(
        name="id with a slash",
        scenario="succeed; duration=2; id_prefix=team/",
        duty=Duty.RESULT,
        happens="The id of the job is `team/...`. No page says that ids have no slash.",
    ),
    Script(
        name="lost submit reply",
        scenario="succeed; duration=2; submit=lost",
        duty=Duty.ONE_JOB,
        happens="The submit makes the job, and the connection is lost before the reply.",
        needs=frozenset({Trait.SUBMIT}),
    ),
    Script(
        name="HTML instead of JSON",
        scenario="succeed; duration=2; poll=web_page*2",
        duty=Duty.RESULT,
        happens="Two polls are answered with 200 and a web page, as gateways do.",
    ),
    Script(
        name="failed job",
        scenario="fail; duration=2",
        duty=Duty.FAILURE,
        happens="The job fails after 2 s.",
    ),
    Script(
        name="batch with failures",
        scenario="partial; duration=2",
        duty=Duty.RESULT,
        happens="One of the three pages of a batch fails (Anakin), or the job ends as `partial` (Scrapio).",
        does="batch",
        needs=frozenset({Trait.PARTS}),
    ),
    Script(
        name="cancelled job",
        scenario="cancel; duration=2",
        duty=Duty.CANCELLATION,
        happens="Somebody else cancels the job.",
        needs=frozenset({Trait.CANCELLED}),
    ),
    Script(
        name="result not ready",
        scenario="succeed; duration=2; result_delay=3",
        duty=Duty.RESULT,
        happens="The job is `completed` after 2 s, but `result_available` is false for 3 s more, and the result 409.",
        needs=frozenset({Trait.RESULT_ADDRESS}),
    ),
)
