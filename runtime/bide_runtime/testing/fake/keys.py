"""The keys of a fake provider: it issues access tokens, and refuses keys that are no longer valid."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

from ...calls.provider import Provider
from .addresses import JSON, Address
from .clock import VirtualTime
from .replies import error_reply
from .transport import Reply, Sent

KEY = "-".join(("key", "of", "a", "fake"))
"""Joined at run time, because Hypothesis also tries the string literals of a program."""


WEBHOOK_SECRET = b64encode(KEY.encode()).decode()
"""The secret of its webhooks: base64, as Standard Webhooks wants it."""


class FakeKeys(Address):
    """The token endpoint, if the provider has one, and the keys that are refused."""

    def __init__(self, provider: Provider, time: VirtualTime) -> None:
        super().__init__("token")
        self._provider = provider
        self._time = time
        self.lifetime = 600.0
        """Seconds for which a token is valid."""
        self._ends: dict[str, float] = {}
        self._refused: set[str] = set()

    def refuse(self, *keys: str) -> None:
        """Answer 401 to requests with one of these keys or tokens; without arguments, with any token so far."""
        self._refused |= set(keys or self._ends)

    @property
    def issued(self) -> list[str]:
        """The tokens so far."""
        return list(self._ends)

    def are_asked_for(self, sent: Sent) -> bool:
        """Whether a request is for the token endpoint."""
        oauth = self._provider.oauth
        if oauth is None:
            return False
        path = "/" + oauth.token_url.partition("://")[2].partition("/")[2]
        is_there = re.fullmatch("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", path))), sent.path) is not None
        return is_there and b"grant_type=client_credentials" in (sent.body or b"")

    def issue(self) -> Reply:
        """A token: the last one as long as it is valid, as many servers do it, otherwise a new one."""
        now, last = self._time.now, next(reversed(self._ends), "")
        if last not in self._refused and self._ends.get(last, now) > now:
            seconds = self._ends[last] - now
            return Reply({"access_token": last, "token_type": "Bearer", "expires_in": seconds}, 200, JSON)
        token = f"token-of-a-fake-{len(self._ends) + 1}"
        self._ends[token] = self._time.now + self.lifetime
        return Reply({"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime}, 200, JSON)

    def refusal(self, sent: Sent) -> Reply | None:
        """The reply to a request with a key that is no longer valid; `None` if its keys are valid."""
        texts = [*sent.request.headers.values(), *(text for _, text in sent.query)]
        given = {part for text in texts for part in (text, text.rpartition(" ")[2])}
        scheme, _, packed = sent.request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            given |= set(b64decode(packed).decode().split(":"))
        old = {token for token, end in self._ends.items() if end <= self._time.now}
        if given.isdisjoint(self._refused | old):
            return None
        return error_reply(self._provider, 401, "unauthorized", "the key is no longer valid")
