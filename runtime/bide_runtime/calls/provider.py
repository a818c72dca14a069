"""The facts of the spec that hold for all operations of the provider."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..errors.own import OwnErrors
from ..http.auth import Secret
from ..http.oauth import OAuth
from ..http.rate_limit import Rate
from ..http.signature import Signature
from .base_url import Variable


class ErrorShape(msgspec.Struct, frozen=True):
    """The paths of code and message in one shape of error body. The first shape with a message is used."""

    message: tuple[str, ...]
    code: tuple[str, ...] = ()


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of the spec that hold for all operations of the provider."""

    name: str
    title: str
    base_url: str
    """With `{name}` in it for each variable."""
    variables: tuple[Variable, ...] = ()
    """The variables in the base URL."""
    query: Mapping[str, str] = {}
    """Query parameters of every request. A URL that has a parameter of that name already keeps its own."""
    auth: tuple[Secret, ...] = ()
    oauth: OAuth | None = None
    """Where clients get access tokens, if the provider wants them."""
    webhooks: Signature | None = None
    """How the provider signs its webhooks, if it sends any."""
    headers: Mapping[str, str] = {}
    request_id_header: str = ""
    request_id_field: tuple[str, ...] = ()
    errors: tuple[ErrorShape, ...] = ()
    transient: frozenset[int | str] = frozenset()
    """HTTP statuses and codes of further transient errors, beside the statuses of every provider."""
    hosts: tuple[str, ...] = ()
    """Other hosts to which links are followed, without the key."""
    rates: Mapping[str, Rate] = {}
    """The provider's rate limits, by method and path."""
    words: frozenset[str] = frozenset()
    """The names of the fields whose values are statuses, members of enums, discriminators or constants."""
    version: str = ""
    """The version of the package."""
    own_errors: OwnErrors = OwnErrors()
    """The exceptions of the package."""
