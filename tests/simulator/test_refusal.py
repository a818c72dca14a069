"""Error replies in the provider's shapes."""

from __future__ import annotations

from bide.ir import ErrorShape
from bide.simulator.bodies.refusal import error_body


def test_a_pointer_into_a_list_makes_a_list() -> None:
    """Where the spec says that an error is the first of a list, the simulator's error body is a list."""
    code, message = ("0", "errorCode"), ("0", "message")
    listed = ErrorShape(name="listed", code=code, message=message, description="", source=None)

    assert error_body((listed,), "gone", "It is gone.") == [{"errorCode": "gone", "message": "It is gone."}]
