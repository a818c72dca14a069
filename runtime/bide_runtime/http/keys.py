"""Secrets that change while a client works: functions return them, or the provider issues them as access tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from math import inf
from typing import Any

from ..errors.client import ClientError, ConfigurationError
from .auth import Secret, checked
from .oauth import TOKEN, IssuedToken


class Keys:
    """The secrets of a client, some of which change. All views of the client share them.

    The driver asks for new ones, one call at a time, and notes the answer here.
    """

    def __init__(
        self, auth: tuple[Secret, ...], fixed: Mapping[str, str], functions: Mapping[str, Callable[[], Any]]
    ) -> None:
        self._auth = auth
        self.functions = functions
        """The functions that return secrets, by the name of the client's argument."""
        self.texts: Mapping[str, str] = fixed
        """The secrets as they are now, by the name of the client's argument."""
        self.used: tuple[Mapping[str, str], ...] = ()
        """All secrets that the client has had: every one of them stays masked."""
        self.asked = 0
        """How often new secrets were asked for."""
        self.changed_at = 0
        """The value of `asked` when the secrets last became others."""
        self._error: ClientError | None = None
        self.good_until = -inf
        """When to ask again, on the clock of the flows."""

    def are_due(self, now: float) -> bool:
        """Whether to ask for new secrets before the next request."""
        return now >= self.good_until

    def note(self, answers: Mapping[str, object], token: IssuedToken | None) -> None:
        """Keep new secrets: the *answers* of functions, and an access token. Raises `ConfigurationError` if one cannot
        be sent.
        """
        by_argument = {secret.argument: secret for secret in self._auth}
        texts = {name: checked(by_argument[name], answer) for name, answer in answers.items()}
        texts = {**self.texts, **texts, **({} if token is None else {TOKEN: token.text})}
        if texts not in self.used:
            self.used += (texts,)
        self.asked += 1
        if texts != self.texts:
            self.texts, self.changed_at = texts, self.asked
        self._error, self.good_until = None, inf if token is None else token.good_until

    def note_failure(self, error: ClientError) -> None:
        """Keep why there are no new secrets, for all calls that wait for them. The next call asks again."""
        self.asked, self._error, self.good_until = self.asked + 1, error, -inf

    @property
    def error(self) -> ClientError | None:
        """Why there are no secrets, if asking for them failed the last time: an error for each call that waited."""
        if self._error is None:
            return None
        error = copy(self._error)
        error.__cause__ = self._error.__cause__
        return error


def function_failed(name: str, error: Exception) -> ConfigurationError:
    """The error for a function that raised *error* instead of returning the secret *name*."""
    failed = ConfigurationError(
        f"the function passed as {name} raised {type(error).__name__}, so the request was not sent; its exception is "
        "the cause of this one"
    )
    failed.__cause__ = error
    return failed
