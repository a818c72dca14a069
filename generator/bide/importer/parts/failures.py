"""Where a document has the code and the message of an error."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bide.importer.looking import Lens, Look

_MESSAGES = ("message", "detail", "reason", "msg", "error_message", "errorMessage", "description", "title")
_CODES = ("code", "error_code", "errorCode", "type")
_ERROR = re.compile(r"^(?:error|failure_reason|failureReason|error_message|errorMessage|failure|errors?)$")
_CODE = re.compile(r"^(?:error|failure)_?[cC]ode$|^(?:error|failure)_?[tT]ype$")
_IS_CODE = {"string", "integer"}


def is_error(wire: str) -> bool:
    """Whether a field of a poll is an error, by its name."""
    return _ERROR.match(wire) is not None


def of_body(lens: Lens, look: Look) -> tuple[str, str] | None:
    """(message, code) of the body of an error, as pointers; either may be empty. `None`: it has no message."""
    inner, path = look, ""
    for name in ("error", "fault"):
        if lens.property(look, name).properties:
            inner, path = lens.property(look, name), f"{name}."
    message = next(
        (each for each in ("message", "detail", "msg", "description", "title") if each in inner.properties), ""
    )
    if not message and "error" in look.properties and not path:
        message = "error"
    code = next(
        (each for each in _CODES if each in inner.properties and each != message and _is_code(lens, inner, each)), ""
    )
    if not code and message != "error" and not path and lens.property(inner, "error").kinds - {"null"} == {"string"}:
        code = "error"
    at, more = f"{path}{message}" if message else "", f"{path}{code}" if code else ""
    for of_list, of_code in _in_list(lens, inner):
        at, more = at or f"{path}{of_list}", more or (f"{path}{of_code}" if of_code else "")
    return (at, more) if at else None


def of_poll(lens: Lens, holder: Look, prefix: str) -> tuple[dict[str, str], str]:
    """The `error` of a poll, and the field that is there if a job has failed."""
    found: dict[str, str] = {}
    at_field = ""
    for wire in holder.properties:
        field, at = lens.property(holder, wire), f"{prefix}{wire}"
        if not is_error(wire) or found:
            continue
        message = next((each for each in _MESSAGES if each in field.properties), "")
        if message and "string" in field.kinds:
            found = {"message": at}  # a text, or an object with a message
        elif message:
            code = next((each for each in _CODES if each in field.properties and _is_code(lens, field, each)), "")
            found = {**({"code": f"{at}.{code}"} if code else {}), "message": f"{at}.{message}"}
        elif field.kinds - {"null"} == {"string"} or (
            field.items is not None and lens.look(field.items).kinds - {"null"} == {"string"}
        ):
            found = {"message": at}
        else:
            for of_list, of_code in _of_items(lens, field):
                found = {**({"code": f"{at}.{of_code}"} if of_code else {}), "message": f"{at}.{of_list}"}
        at_field = at if found else ""
    code = next((wire for wire in holder.properties if _CODE.match(wire) and _is_code(lens, holder, wire)), "")
    if code and "code" not in found:
        found = {"code": f"{prefix}{code}", **found}
        at_field = at_field or f"{prefix}{code}"
    return found, at_field


def _is_code(lens: Lens, look: Look, wire: str) -> bool:
    field = lens.property(look, wire)
    return not field.properties and field.items is None and field.kinds - {"null"} <= _IS_CODE


def _in_list(lens: Lens, look: Look) -> Iterator[tuple[str, str]]:
    """(message, code) in the first of a list of errors."""
    for wire in ("errors", "details"):
        for message, code in _of_items(lens, lens.property(look, wire)):
            yield f"{wire}.{message}", f"{wire}.{code}" if code else ""
            return


def _of_items(lens: Lens, field: Look) -> Iterator[tuple[str, str]]:
    items = lens.look(field.items)
    message = next((each for each in _MESSAGES if each in items.properties), "")
    if message:
        code = next((each for each in _CODES if each in items.properties and _is_code(lens, items, each)), "")
        yield f"0.{message}", f"0.{code}" if code else ""
