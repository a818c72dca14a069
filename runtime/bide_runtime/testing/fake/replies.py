"""Replies of a fake provider that are errors, or that a fault changed."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate

from ...calls.provider import Provider
from ...errors.transport import ConnectionFailed
from ...http.request import Json
from ..faults import Fault, FaultKind
from .bodies import placed
from .transport import Reply

_PAGE = b"<html><title>Just a moment...</title></html>"


def error_reply(provider: Provider, status: int, code: str, message: str) -> Reply:
    """An error reply in the provider's own shape."""
    body: Json = None
    shape = provider.errors[0] if provider.errors else None
    for path, text in ((shape.code, code), (shape.message, message)) if shape else ((("message",), message),):
        body = placed(body, path, text) if path else body
    return Reply(body, status, {"content-type": "application/json"})


def changed(proper: Reply, fault: Fault, provider: Provider, wall: float) -> Reply:
    """The reply in place of the *proper* one. *wall* is the time of day, in seconds since 1970."""
    match fault.kind:
        case FaultKind.ERROR:
            return _error(fault, provider, wall)
        case FaultKind.UNREACHABLE:
            return _lost("connection refused", may_have_arrived=False)
        case FaultKind.LOST:
            return _lost("connection reset", may_have_arrived=True)
        case FaultKind.SLOW:
            return replace(proper, takes=fault.seconds)
        case FaultKind.CUT_SHORT:
            return _with_body(proper, proper.text[: len(proper.text) // 2])
        case FaultKind.WEB_PAGE:
            return _with_body(proper, _PAGE)
        case FaultKind.WRONG_SHAPE if proper.is_any:
            return proper
        case FaultKind.WRONG_SHAPE:
            return _with_body(proper, b"{}" if isinstance(proper.body, list) else b"[]")
        case FaultKind.UNKNOWN_STATUS | FaultKind.NULLS:
            return proper


def _error(fault: Fault, provider: Provider, wall: float) -> Reply:
    assert fault.status is not None
    reply = error_reply(provider, fault.status, fault.code, fault.message)
    if fault.retry_after is None:
        return reply
    text, seconds = f"{fault.retry_after:g}", fault.retry_after
    if fault.as_date:
        text, seconds = formatdate(wall + seconds, usegmt=True), int(wall + seconds) - wall
    return replace(reply, headers={**reply.headers, "retry-after": text}, retry_after=max(seconds, 0.0))


def _lost(why: str, *, may_have_arrived: bool) -> Reply:
    return Reply(lost=ConnectionFailed(f"the fake provider: {why}", may_have_arrived=may_have_arrived))


def _with_body(proper: Reply, body: bytes) -> Reply:
    changed = replace(proper, body=body)
    return replace(changed, told={}, retry_after=0.0, is_proper=not proper.is_needed) if proper.is_read else changed
