"""What the spec says of the provider as a whole."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..errors.own import OwnErrors
from ..http.auth import Secret
from ..http.rate_limit import Rate


class ErrorShape(msgspec.Struct, frozen=True):
    """Where code and message are in one shape of error body. The first shape whose message is there is used."""

    message: tuple[str, ...]
    code: tuple[str, ...] = ()


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """What the spec says of the provider as a whole."""

    name: str
    title: str
    base_url: str
    auth: tuple[Secret, ...] = ()
    headers: Mapping[str, str] = {}
    request_id_header: str = ""
    request_id_field: tuple[str, ...] = ()
    errors: tuple[ErrorShape, ...] = ()
    transient: frozenset[int] = frozenset()
    """HTTP statuses of errors that may pass, beside those that are transient everywhere."""
    hosts: tuple[str, ...] = ()
    """Other hosts whose addresses are followed, without the key."""
    rates: Mapping[str, Rate] = {}
    """The provider's rate limits, by method and path."""
    version: str = ""
    """The version of the package."""
    own_errors: OwnErrors = OwnErrors()
    """The exceptions of the package."""
