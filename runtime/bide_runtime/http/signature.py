"""Signatures of webhooks: an HMAC of what was sent, with a secret that both sides know. Pure."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from ..errors.client import ConfigurationError, InvalidArgument, InvalidSignature
from .request import filled


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider signs its webhooks."""

    header: str
    """The header with the signature, or with several, separated by spaces."""
    env: str
    """The environment variable that has the secret."""
    hmac: Literal["sha256", "sha1", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    """The text before a signature in the header."""
    signed: str = "{body}"
    """What is signed: `{body}`, and perhaps `{timestamp}` and `{id}`, which have headers of their own."""
    timestamp: str = ""
    """The header with the time of sending, in seconds since 1970."""
    timestamp_pair: str = ""
    """The name of that time, if it is in the header with the signature, as in `t=1614265330,v1=5257a8`."""
    id: str = ""
    """The header with the id of the webhook."""
    tolerance: float = 300.0
    """Seconds by which the time of sending may differ from now."""
    base64_key: bool = False
    """Whether the secret is base64, perhaps after `whsec_`, as Standard Webhooks has it."""

    def headers(self, body: bytes, secret: str, *, now: float, id: str) -> dict[str, str]:
        """The headers of a webhook with this body, sent at *now*."""
        values = {"timestamp": str(int(now)), "id": id}
        time = f"{self.timestamp_pair}={values['timestamp']}," if self.timestamp_pair else ""
        found = {self.header.lower(): time + self.prefix + self._sign(body, secret, values)}
        found |= {self.timestamp.lower(): values["timestamp"]} if self.timestamp else {}
        return found | ({self.id.lower(): id} if self.id else {})

    def check(self, body: bytes, headers: Mapping[str, str], secrets: Iterable[str], *, now: float, title: str) -> None:
        """Raise `InvalidSignature` unless *headers*, with names in lower case, have a signature by one of *secrets*."""
        wanted = {"": self.header, "timestamp": self.timestamp, "id": self.id}
        for name in filter(None, wanted.values()):
            if not headers.get(name.lower()):
                raise InvalidSignature(
                    f"the webhook has no header {name}: it is not from {title}, or a proxy has removed the header"
                )
        values = {name: headers[header.lower()] for name, header in wanted.items() if name and header}
        parts = self._parts(headers[self.header.lower()])
        if self.timestamp_pair:
            begin = f"{self.timestamp_pair}="
            values["timestamp"] = next((each.removeprefix(begin) for each in parts if each.startswith(begin)), "")
        if self.timestamp or self.timestamp_pair:
            self._check_time(values["timestamp"], now)
        given = [each.removeprefix(self.prefix) for each in parts if each.startswith(self.prefix)]
        expected = [self._sign(body, secret, values) for secret in secrets]
        from hmac import compare_digest  # most programs check no signatures

        # All are compared, so that the time tells nothing.
        matches = [compare_digest(one.encode(), other.encode()) for one in given for other in expected]
        if not any(matches):
            raise InvalidSignature(
                f"no signature in {self.header} fits: the webhook was signed with another secret, or its body was "
                "changed on the way; pass the body as it arrived, before anything parses it"
            )

    def _parts(self, text: str) -> list[str]:
        """The signatures in a header, or the pairs."""
        return [each.strip() for each in text.split(",")] if self.timestamp_pair else text.split()

    def _check_time(self, text: str, now: float) -> None:
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            pair, header = self.timestamp_pair, self.timestamp
            what = f"the pair {pair} in the header {self.header}" if pair else f"the header {header}"
            raise InvalidSignature(f"{what} of the webhook is not a time in seconds since 1970")
        age = now - int(text)
        if abs(age) > self.tolerance:
            when = f"{age:,.0f} s ago" if age > 0 else f"{-age:,.0f} s in the future"
            raise InvalidSignature(
                f"the webhook was sent {when}, and the limit is {self.tolerance:g} s: it is an old one again, or "
                "the clock of this machine is wrong"
            )

    def _sign(self, body: bytes, secret: str, values: Mapping[str, str]) -> str:
        import hashlib
        from hmac import new

        before, _, after = self.signed.partition("{body}")
        text = filled(before, values).encode() + body + filled(after, values).encode()
        digest = new(self._key(secret), text, getattr(hashlib, self.hmac)).digest()
        return digest.hex() if self.encoding == "hex" else b64encode(digest).decode("ascii")

    def _key(self, secret: str) -> bytes:
        if not self.base64_key:
            return secret.encode()
        try:
            return b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            raise ConfigurationError("the webhook secret is not base64 after `whsec_`") from None


def plain_headers(headers: Any) -> dict[str, str]:
    """Headers as a web framework has them, with names in lower case. Raises `InvalidArgument`."""
    try:
        pairs = list(headers.items() if hasattr(headers, "items") else headers)
        return {_text(name).lower(): _text(value).strip() for name, value in pairs}
    except (TypeError, ValueError):
        raise InvalidArgument("headers must be a mapping from names to values, or pairs of these") from None


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if not isinstance(value, str):
        raise TypeError
    # Some frameworks decode bytes that are not UTF-8 to characters that cannot be encoded.
    return value if value.isascii() else value.encode(errors="replace").decode()
