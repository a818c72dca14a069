"""What a child process inherits after a fork, and must not use: connections, and engines that the caller used."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Generic, TypeVar

from ..errors.client import ConfigurationError
from ..process import fork_count

E = TypeVar("E")


def disconnect(file_numbers: Iterable[int]) -> None:
    """Let go of sockets of the parent process, without a message to the server.

    Their file numbers now refer to the null device, so nothing that an engine or an event loop still does with them
    reaches a connection. A selector that both processes share keeps the parent's sockets.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for number in file_numbers:
        if number >= 0:
            with suppress(OSError):
                os.dup2(null, number, inheritable=False)
    os.close(null)


class Given(Generic[E]):
    """Returns the caller's engine, unless its connections are those of a parent process."""

    def __init__(self, engine: E) -> None:
        self._engine = engine
        self._first_used_in: int | None = None
        """The `fork_count` of the process that used it first."""

    @property
    def engine(self) -> E:
        """The engine itself, which may be closed."""
        return self._engine

    def use(self) -> E:
        """The engine, to send a request. Raises `ConfigurationError` if it was used before a fork."""
        if self._first_used_in is None:
            self._first_used_in = fork_count()
        if self._first_used_in != fork_count():
            raise ConfigurationError(
                f"this {type(self._engine).__name__} was used before the process forked, so its connections are those "
                "of the parent process: in each process, make another one and a client with it"
            )
        return self._engine
