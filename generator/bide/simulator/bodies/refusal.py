"""Error replies, in the provider's own shape of an error body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bide.ir import ErrorShape, Json, Pointer, Provider
from bide.simulator.bodies.pointer import MISSING, at, written
from bide.simulator.life.answer import Answer, of_json

_CODES: Final = {
    400: "invalid_request",
    401: "unauthorized",
    402: "credits_exhausted",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    409: "conflict",
    410: "gone",
    415: "unsupported_media_type",
    422: "unprocessable",
    429: "rate_limit_exceeded",
    500: "internal_error",
    502: "bad_gateway",
    503: "unavailable",
    504: "timeout",
}


class Refused(Exception):
    """Raised to answer a request with an error."""

    def __init__(self, status: int, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


def refusal(provider: Provider, refused: Refused, request_id: str) -> Answer:
    """The error reply."""
    code = _CODES.get(refused.status, "error")
    body = error_body(provider.errors, code, refused.message)
    where = provider.request_id_field
    if where and isinstance(body, dict) and at(body, where[:1]) is MISSING:
        body = written(body, where, request_id)
    return of_json(body, refused.status, refused.headers)


def error_body(shapes: tuple[ErrorShape, ...], code: str, message: str) -> Json:
    """An error body in the first shape that holds code and message, and that clients decode as such.

    If there is none, in the first shape that holds the message.
    """
    for is_enough in (_holds_both, _holds_message):
        for shape in shapes:
            body = _printed(shape, code, message)
            read_as = _read_as(shapes, body)
            if is_enough(shape) and read_as is not None and _same(shape, read_as):
                return body
    return {"error": {"code": code, "message": message}}


def _holds_both(shape: ErrorShape) -> bool:
    return bool(shape.code) and shape.code != shape.message and _holds_message(shape)


def _holds_message(shape: ErrorShape) -> bool:
    return bool(shape.message) and not _clash(shape.code, shape.message)


def _clash(one: Pointer, other: Pointer) -> bool:
    """Whether one pointer leads through the other's value, so that they cannot both be texts."""
    shorter = min(len(one), len(other))
    return bool(shorter) and one != other and one[:shorter] == other[:shorter]


def _same(one: ErrorShape, other: ErrorShape) -> bool:
    return one.code == other.code and one.message == other.message


def _read_as(shapes: tuple[ErrorShape, ...], body: Json) -> ErrorShape | None:
    """The shape that a client uses: the first with a message in the body, otherwise the first with a code."""
    for part in ("message", "code"):
        for shape in shapes:
            pointer: Pointer = getattr(shape, part)
            if pointer and isinstance(at(body, pointer), str):
                return shape
    return None


def _printed(shape: ErrorShape, code: str, message: str) -> Json:
    body: Json = None
    for pointer, text in ((shape.code, code), (shape.message, message)):
        body = written(body, pointer, text) if pointer else body
    return body
