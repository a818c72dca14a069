"""The result of a job as plain JSON values, and back."""

from __future__ import annotations

from typing import Any

from ..errors.client import InvalidArgument
from ..errors.decode import DecodeError
from ..http.request import Json
from ..models.codec import from_values, to_values
from .text import refuse


def write_value(wanted: Any, value: Any) -> Json:
    """A value of the type *wanted* as plain JSON, in which bytes are base64. Raises `InvalidArgument`."""
    try:
        return to_values(wanted, value)
    except (TypeError, ValueError, RecursionError) as error:
        if isinstance(error, InvalidArgument):
            raise
        raise InvalidArgument(f"this cannot be stored as JSON: {error}") from error


def read_value(wanted: Any, value: Json) -> Any:
    """The typed value that `write_value` wrote. Raises `InvalidArgument`, with the place."""
    try:
        return from_values(wanted, value)
    except DecodeError as error:
        refuse(error.message.removeprefix("the reply "))
    except RecursionError:
        refuse("it is nested too deeply")
