"""Opening a connection in time: the look-up of the name, and one address after the other. Blocking."""

from __future__ import annotations

import socket
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from .attempt import Attempt

T = TypeVar("T")


def dial(host: str, port: int, attempt: Attempt, connect: Callable[[str, float], T]) -> T:
    """Call *connect* with each address of *host* and its share of the time that is left, until one answers."""
    addresses = _links(host, port, attempt)
    while True:
        share = attempt.left() / len(addresses)
        try:
            return connect(addresses.pop(0), share)
        except Exception:
            if not addresses:
                raise


def _links(host: str, port: int, attempt: Attempt) -> list[str]:
    """The addresses of a name, without doubles. Raises `TimeoutError` if they are not known in time."""
    try:
        return _looked_up(host, port, flags=socket.AI_NUMERICHOST)
    except OSError:
        pass  # it is a name and not an address

    # The operating system cannot be told how long a look-up may take, so it may take its time, and we do not wait.
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(_looked_up(host, port))
        except OSError as error:
            answers.put(error)

    Thread(target=look_up, name=f"look-up of {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=attempt.left())
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _looked_up(host: str, port: int, *, flags: int = 0) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
