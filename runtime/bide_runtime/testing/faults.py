"""The faults that can be injected into a request. Pure; shared by the simulator and the fake provider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """The kind of a fault. The values are the keys of the simulator's scenarios."""

    ERROR = "error"
    """The reply is an HTTP error."""
    UNREACHABLE = "unreachable"
    """No connection can be made. The simulator cannot do this, because it listens."""
    LOST = "lost"
    """The connection closes without a reply."""
    CUT_SHORT = "cut_short"
    """The body ends early, with a status of success."""
    WEB_PAGE = "web_page"
    """A web page instead of JSON, with a status of success."""
    WRONG_SHAPE = "wrong_shape"
    """JSON of another type than the declared one."""
    SLOW = "slow"
    """The reply is correct, but late."""
    UNKNOWN_STATUS = "unknown_status"
    """The reply has a status that the spec does not list."""
    NULLS = "nulls"
    """Each optional field without a value is null."""


UNKNOWN_STATUS = "not_in_the_spec"
"""The status of a reply with the fault `unknown_status`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of one request. The functions of this module make them."""

    kind: FaultKind
    reaches: bool = True
    """Whether the provider processes the request, so that only its reply is wrong."""
    status: int | None = None
    """The HTTP status of an error."""
    message: str = "a fault that a test asked for"
    code: str = "fake_error"
    retry_after: float | None = None
    """Seconds in the `Retry-After` of an error."""
    as_date: bool = False
    """Whether that header is a date."""
    seconds: float = 0.0
    """The delay of a slow reply, in seconds."""

    @property
    def is_in_body(self) -> bool:
        """Whether status and headers are correct, and only the body is wrong."""
        return self.kind in (FaultKind.CUT_SHORT, FaultKind.WEB_PAGE, FaultKind.WRONG_SHAPE)

    def __repr__(self) -> str:
        match self.kind:
            case FaultKind.ERROR:
                hint = "" if self.retry_after is None else f", retry_after={self.retry_after:g}"
                return f"error({self.status}{hint}{', as_date=True' * self.as_date}{', reaches=True' * self.reaches})"
            case FaultKind.SLOW:
                return f"slow({self.seconds:g})"
            case FaultKind.LOST:
                return f"lost(reaches={self.reaches})"
            case _:
                return f"{self.kind}()"


def error(
    status: int,
    message: str = "a fault that a test asked for",
    *,
    code: str = "fake_error",
    retry_after: float | None = None,
    as_date: bool = False,
    reaches: bool = False,
) -> Fault:
    """The provider returns an error, in its own shape.

    Args:
        status: The HTTP status.
        message: The message of the error.
        code: The provider's error code.
        retry_after: Seconds in a `Retry-After` header.
        as_date: Whether that header is a date.
        reaches: Whether the provider processed the request, as is possible behind a 502.
    """
    return Fault(
        kind=FaultKind.ERROR,
        status=status,
        message=message,
        code=code,
        retry_after=retry_after,
        as_date=as_date,
        reaches=reaches,
    )


def rate_limit(retry_after: float | None = None) -> Fault:
    """429, with `Retry-After` in seconds if *retry_after* is given."""
    return error(429, "too many requests", code="rate_limited", retry_after=retry_after)


def unreachable() -> Fault:
    """No connection can be made: the request certainly does not arrive."""
    return Fault(kind=FaultKind.UNREACHABLE, reaches=False)


def lost(*, reaches: bool = True) -> Fault:
    """The connection is lost before the reply is complete. The client cannot tell whether the request arrived."""
    return Fault(kind=FaultKind.LOST, reaches=reaches)


def slow(seconds: float) -> Fault:
    """The reply is correct, but this many seconds late."""
    return Fault(kind=FaultKind.SLOW, seconds=seconds)


def cut_short() -> Fault:
    """The body of the reply ends in the middle, with a status of success."""
    return Fault(kind=FaultKind.CUT_SHORT)


def web_page() -> Fault:
    """A proxy returns a web page, with a status of success."""
    return Fault(kind=FaultKind.WEB_PAGE)


def wrong_shape() -> Fault:
    """The reply is JSON of another type than the declared one: an empty object for a list, an empty list otherwise."""
    return Fault(kind=FaultKind.WRONG_SHAPE)


def unknown_status() -> Fault:
    """A poll returns a status that the spec does not list; the job is still running."""
    return Fault(kind=FaultKind.UNKNOWN_STATUS)


def nulls() -> Fault:
    """A poll or a result has null in each optional field without a value."""
    return Fault(kind=FaultKind.NULLS)
