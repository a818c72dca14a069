"""Open a connection within a timeout: resolve the name, then try one address after the other."""

from __future__ import annotations

import socket
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from .attempt import Attempt

T = TypeVar("T")


def dial(host: str, port: int, attempt: Attempt, connect: Callable[[str, float], T]) -> T:
    """Call *connect* with each address of *host* and a share of the remaining time, until one succeeds."""
    addresses = resolve(host, port, attempt)
    while True:
        share = attempt.remaining() / len(addresses)
        try:
            return connect(addresses.pop(0), share)
        except Exception:
            if not addresses:
                raise


def resolve(host: str, port: int, attempt: Attempt) -> list[str]:
    """The addresses of a host, without duplicates. Raises `TimeoutError` if the name is not resolved in time."""
    try:
        return _getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)
    except OSError:
        pass  # it is a name, not an address

    # The operating system has no timeout for this, so it runs in a thread of its own.
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(_getaddrinfo(host, port))
        except OSError as error:
            answers.put(error)

    Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=attempt.remaining())
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _getaddrinfo(host: str, port: int, *, flags: int = 0) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
