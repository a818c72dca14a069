"""What can go wrong with one request to a fake provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate

from ...calls.provider import Provider
from ...errors.transport import ConnectionFailed
from ...http.request import Json
from .transport import Reply


@dataclass(frozen=True)
class Fault:
    """Something goes wrong with one request."""

    name: str
    reaches: bool
    """Whether the provider does what it was asked, so that only the reply goes wrong."""
    change: Callable[[Reply, Provider, float], Reply]
    """What the client gets, given the proper reply, if there is one, and the time of day."""
    status: int | None = None
    """The HTTP status, if it is an error reply."""
    is_in_body: bool = False
    """Whether the reply has its status and its headers, and only its body is wrong."""

    def __repr__(self) -> str:
        return self.name


def error(
    status: int,
    message: str = "so says the fake",
    *,
    code: str = "fake_error",
    retry_after: float | None = None,
    as_date: bool = False,
    reaches: bool = False,
) -> Fault:
    """The provider answers with an error, in its own shape.

    Args:
        status: The HTTP status.
        message: What it says.
        code: Its own code.
        retry_after: Seconds that it asks to wait, in a `Retry-After` header.
        as_date: Whether that header has the form of a date.
        reaches: Whether the provider has done what it was asked, as it may behind a 502.
    """

    def change(proper: Reply, provider: Provider, wall: float) -> Reply:
        reply = error_reply(provider, status, code, message)
        if retry_after is None:
            return reply
        text, asked_for = f"{retry_after:g}", retry_after
        if as_date:
            text, asked_for = formatdate(wall + retry_after, usegmt=True), int(wall + retry_after) - wall
        return replace(reply, headers={**reply.headers, "retry-after": text}, retry_after=max(asked_for, 0.0))

    asked = "" if retry_after is None else f", retry_after={retry_after:g}{' as a date' * as_date}"
    return Fault(f"error({status}{asked}{', reaches=True' * reaches})", reaches, change, status)


def rate_limit(retry_after: float | None = None) -> Fault:
    """429: the provider is asked too often, and perhaps says for how long it wants to be left alone."""
    return error(429, "too many requests", code="rate_limited", retry_after=retry_after)


def unreachable() -> Fault:
    """No connection can be made: the request certainly does not arrive."""
    return Fault("unreachable()", False, lambda *_: _lost("connection refused", may_have_arrived=False))


def lost(*, reaches: bool = True) -> Fault:
    """The connection breaks before the reply is whole. Whether the request arrived, the client cannot know."""
    return Fault(f"lost(reaches={reaches})", reaches, lambda *_: _lost("connection reset", may_have_arrived=True))


def slow(seconds: float) -> Fault:
    """The reply is right but takes its time."""
    return Fault(f"slow({seconds:g})", True, lambda proper, *_: replace(proper, takes=seconds))


def cut_short() -> Fault:
    """The reply breaks off in the middle, with a status of success."""
    return _instead("cut_short()", lambda proper: proper.text[: len(proper.text) // 2])


def web_page() -> Fault:
    """Somebody in between answers with a web page, and with a status of success."""
    return _instead("web_page()", lambda proper: b"<html><title>Just a moment...</title></html>")


def wrong_shape() -> Fault:
    """The reply is JSON of another type than the declared one: an empty object for a list, an empty list otherwise."""
    return _instead("wrong_shape()", lambda proper: b"{}" if isinstance(proper.body, list) else b"[]")


def error_reply(provider: Provider, status: int, code: str, message: str) -> Reply:
    """An error in the provider's own shape."""
    body: dict[str, Json] = {}
    shape = provider.errors[0] if provider.errors else None
    for path, text in ((shape.code, code), (shape.message, message)) if shape else ((("message",), message),):
        holder = body
        for name in path[:-1]:
            holder = holder.setdefault(name, {})
        if path:
            holder[path[-1]] = text
    return Reply(body, status, {"content-type": "application/json"})


def _lost(why: str, *, may_have_arrived: bool) -> Reply:
    return Reply(lost=ConnectionFailed(f"the fake provider: {why}", may_have_arrived=may_have_arrived))


def _instead(name: str, body: Callable[[Reply], bytes]) -> Fault:
    def change(proper: Reply, *_: object) -> Reply:
        changed = replace(proper, body=body(proper))
        return replace(changed, told={}, retry_after=0.0, is_proper=False) if proper.is_read else changed

    return Fault(name, True, change, is_in_body=True)
