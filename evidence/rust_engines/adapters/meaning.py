"""What an error of reqwest means. Its text is all that both Python packages pass on."""

from __future__ import annotations

import re
import socket
import ssl
from typing import NamedTuple


class HeadersTooLarge(Exception):
    """The headers of a reply are larger than the limits of the engine."""


class Meaning(NamedTuple):
    """An error in Python's terms."""

    error: Exception
    sent: bool
    """Whether the request may have been sent. A timeout does not say."""


def meaning(text: str) -> Meaning:
    """The meaning of the text of an error and its causes."""
    sent = "client error (Connect)" not in text
    if "operation timed out" in text or "deadline has elapsed" in text:
        return Meaning(TimeoutError(), sent)
    if "message head is too large" in text:
        return Meaning(HeadersTooLarge(), sent)
    if "invalid peer certificate" in text:
        return Meaning(ssl.SSLCertVerificationError("certificate verify failed"), sent)
    if "dns error" in text:
        return Meaning(socket.gaierror(socket.EAI_NONAME, "Name or service not known"), sent)
    if found := re.search(r"\(os error (\d+)\)", text):
        return Meaning(OSError(int(found[1]), "of the system"), sent)
    return Meaning(ConnectionError("of the engine"), sent)
