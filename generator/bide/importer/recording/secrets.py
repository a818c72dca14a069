"""What of a recording is secret: by its shape, by the name of its field, and because a request carried it as one."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from bide.importer.documents.reading import Json
from bide.importer.recording.exchanges import Exchange


@dataclass(frozen=True, slots=True)
class Detector:
    """A kind of secret in texts, and what takes its place."""

    name: str
    pattern: re.Pattern[str]
    instead: str


DETECTORS = tuple(
    Detector(name, re.compile(pattern), instead)
    for name, pattern, instead in (
        ("private key", r"-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|\Z)", "removed"),
        ("user in a URL", r"(?<=://)[^\s/@\"']+@", ""),
        ("query of a URL", r"(?<=\w)[?&][\w.%~-]+=[^\s\"'<>]*", ""),
        ("JWT", r"\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?", "removed"),
        ("authorization", r"(?i)\b(?:bearer|basic|digest|apikey|token)[ :=]+[\w.~+/=-]{6,}", "removed"),
        ("cookie", r"(?i)\b[\w-]*(?:sess(?:ion)?|sid|csrf|xsrf|auth|token)[\w-]*=[^;\s\"']{4,}", "removed"),
        (
            "API key",
            r"\b(?:sk|pk|rk|ak|key|tok|pat|secret|whsec|ghp|gho|ghs|github_pat|glpat|hf|r8|xox[abeprs]|npm|shpat|sq0)"
            r"[-_][\w-]{8,}|\bAKIA[0-9A-Z]{12,}|\bAIza[\w-]{20,}",
            "removed",
        ),
        ("mail address", r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", "someone@example.com"),
        ("UUID", r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "00000000-0000-4000-8000-000000000000"),
        ("IP address", r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])", "192.0.2.1"),
        (
            "phone number",
            r"(?<![\w.])(?:\+\d[\d ()./-]{6,}\d|\(?0?\d{2,4}\)?[ /.-]\d{3,4}[ .-]\d{3,5})(?![\w])",
            "removed",
        ),
        ("long number", r"(?<![\w.])(?:\d[ -]?){11,}(?![\w])", "removed"),
        (
            "random text",
            r"(?<![\w+/=-])(?=[\w+/=-]*[0-9])(?=[\w+/=-]*[A-Za-z])(?![0-9]{4}-[0-9]{2}-)[\w+/=-]{16,}",
            "removed",
        ),
        ("long random text", r"(?<![\w+/=-])[A-Za-z0-9+/=]{28,}", "removed"),
    )
)
"""In this order: what the first of them removes, the others do not see."""

SECRET_NAME = re.compile(
    r"(?i)pass(?:word|wd|phrase)?$|secret|token|api[_-]?key|^key$|[_-]key$|auth|cookie|session|signature|^sig$|credential|"
    r"e[_-]?mail|phone|^ssn$|iban|card[_-]?number|^cvc$|private|csrf|jwt|bearer|x-amz|x-goog|^code$|^state$"
)
"""The names of fields, headers and parameters whose values are secret. `state` and `code` are so in addresses only."""

_NOT_IN_BODIES = ("code", "state")
_WORDS = re.compile(r"[A-Za-z]?(?:[a-z]{0,14}|[A-Z]{0,14})(?:[ _-](?:[A-Za-z][a-z]{0,14}|[A-Z]{1,14}))*")
"""Words in cookies and bodies, such as `completed` in `session_status`: no credential that would be found elsewhere."""

_OF_COOKIES = ("path", "domain", "expires", "max-age", "samesite", "priority", "version")
"""The attributes of a `Set-Cookie`, which are no values of cookies."""

_SHORTEST = 4
"""A shorter text is no credential."""


class Secrets:
    """The credentials of one recording."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        found: set[str] = set()
        for each in exchanges:
            found |= _credentials(each)
        self.known = sorted(
            (one for one in found if len(one) >= _SHORTEST and not _is_plain(one)), key=len, reverse=True
        )
        self.ids: Mapping[str, str] = {}
        """What takes the place of ids that look like a secret, so that they stay apart."""

    def is_in(self, text: str) -> bool:
        """Whether a text has something secret."""
        return self.cleaned(text) != text

    def shows(self, text: str) -> bool:
        """Whether a text has a credential of the recording."""
        return any(each in text for each in self.known if len(each) >= 8)

    def cleaned(self, text: str) -> str:
        """A text without its secrets."""
        for each in self.known:
            text = text.replace(each, "removed")
        for each, made_up in self.ids.items():
            text = text.replace(each, made_up)
        for detector in DETECTORS:
            text = detector.pattern.sub(detector.instead, text)
        return text

    def without(self, value: Json, name: str = "") -> Json:
        """A JSON value without secrets. *name* is that of its field."""
        if isinstance(value, dict):
            return {key: self.without(each, key) for key, each in value.items() if not self.is_in(key)}
        if isinstance(value, list):
            return [self.without(each, name) for each in value[:3]]
        is_secret = SECRET_NAME.search(name) is not None and name.lower() not in _NOT_IN_BODIES
        if isinstance(value, str):
            return "removed" if is_secret else self.cleaned(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return 0 if is_secret or self.is_in(str(value)) else value
        return value


def is_credential(name: str) -> bool:
    """Whether a header or a parameter carries a credential, by its name."""
    return SECRET_NAME.search(name) is not None and "idempotency" not in name.lower()


def _is_plain(text: str) -> bool:
    """Whether a credential is a word that may stand anywhere, such as `true` or `test`."""
    return re.fullmatch(r"[a-z]{1,7}|[0-9]{1,5}", text) is not None


def _credentials(exchange: Exchange) -> set[str]:
    found: set[str] = set()
    for name, value in (*exchange.headers.items(), *exchange.reply_headers.items()):
        if name in ("cookie", "set-cookie"):
            pairs = (part.strip().partition("=")[::2] for part in re.split(r"[;,]", value))
            found |= {
                text.strip('"') for key, text in pairs if key.lower() not in _OF_COOKIES and not _WORDS.fullmatch(text)
            }
        elif is_credential(name):
            scheme, _, rest = value.partition(" ")
            found |= {value, rest or scheme}
            if scheme.lower() == "basic":
                found |= _basic(rest)
    for name, value in exchange.query:
        found |= {value, unquote(value)} if is_credential(name) else set()
    found |= set(_in_body(exchange.sent)) | set(_in_body(exchange.said))
    return {each.strip() for each in found}


def _in_body(value: Json, name: str = "") -> Iterable[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _in_body(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _in_body(each, name)
    elif isinstance(value, str) and SECRET_NAME.search(name) and name.lower() not in _NOT_IN_BODIES:
        yield from () if _WORDS.fullmatch(value) else (value,)


def _basic(text: str) -> set[str]:
    try:
        user, _, password = b64decode(text).decode().partition(":")
    except ValueError:
        return set()
    return {user, password}
