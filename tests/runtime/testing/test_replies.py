"""Error replies of the fake provider."""

from __future__ import annotations

import msgspec
from bide_runtime.calls.provider import ErrorShape
from bide_runtime.testing.fake.replies import error_reply

from tests.runtime.acme import PROVIDER


def test_a_pointer_into_a_list_makes_a_list() -> None:
    """Where the spec says that an error is the first of a list, the fake's error body is a list."""
    listed = msgspec.structs.replace(PROVIDER, errors=(ErrorShape(code=("0", "errorCode"), message=("0", "message")),))

    assert error_reply(listed, 410, "gone", "It is gone.").body == [{"errorCode": "gone", "message": "It is gone."}]
