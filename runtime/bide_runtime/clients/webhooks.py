"""The webhooks of a provider: whether one is genuine. No web framework: the caller passes body and headers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors.client import ConfigurationError, InvalidArgument
from ..errors.own import raises_own
from ..http.signature import plain_headers
from .namespace import Namespace

if TYPE_CHECKING:
    from .async_client import AsyncClient
    from .client import Client

Secrets: TypeAlias = str | Sequence[str]
"""A secret, or several of which any may have signed: while it is being replaced, the old one and the new one."""

Headers: TypeAlias = Mapping[str, Any] | Iterable[tuple[Any, Any]]
"""Headers as a web framework has them."""


class Webhooks(Namespace):
    """Checks the webhooks of a provider."""

    def __init__(self, client: Client | AsyncClient, secret: Secrets | None) -> None:
        self._client = client
        self._secret = secret

    @raises_own
    def verify(self, body: bytes, headers: Headers, *, secret: Secrets | None = None) -> None:
        """Raise `InvalidSignature` unless the provider has signed this webhook, and not long ago.

        Args:
            body: The body as it arrived, in bytes: any change, also of a space, breaks the signature.
            headers: The headers of the request.
            secret: The secret, or several while it is being replaced. Default: `webhook_secret` of the client.
        """
        if not isinstance(body, bytes):
            raise InvalidArgument(f"body must be the bytes of the webhook as they arrived, not {type(body).__name__}")
        account = self._client._session.account
        signature = account.provider.webhooks
        assert signature is not None
        given = secret if secret is not None else self._secret
        if given is None:
            given = os.environ.get(signature.env, "")
        secrets = [given] if isinstance(given, str) else list(given)
        if not secrets or not all(isinstance(each, str) and each for each in secrets):
            raise ConfigurationError(
                f"{account.provider.title} signs its webhooks with a secret: pass webhook_secret=... to the client, or "
                f"set the environment variable {signature.env}"
            )
        title = account.provider.title
        signature.check(body, plain_headers(headers), secrets, now=account.wall(), title=title)
