"""What every exception has, and what is refused before anything is sent."""

from __future__ import annotations

from .printable import plain


class ClientError(Exception):
    """The base of every exception of this package."""

    job_id: str | None = None
    """The job that this is about, if there is one."""

    token: str | None = None
    """What `resume` takes to go on with that job, also in another process."""

    may_have_arrived: bool = False
    """Whether the provider may have acted on the request although there is no answer to tell."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        """What happened, without the job, and in the provider's own words where it has some; `str` escapes these."""

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process pools; the default would call the class with the message alone.
        return _unpickled, (type(self), self.args, self.__dict__)

    def about(self, job_id: str, token: str) -> None:
        """Note the job that this is about. The first note stays."""
        if self.job_id is None:
            self.job_id, self.token = job_id, token

    def __str__(self) -> str:
        return plain(f"{self.message} (job {self.job_id})" if self.job_id is not None else self.message)


def _unpickled(cls: type[ClientError], args: tuple[object, ...], state: dict[str, object]) -> ClientError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class InvalidArgument(ClientError, ValueError):
    """An argument outside of what the provider allows. Nothing was sent."""


class ConfigurationError(ClientError):
    """The client cannot work as it was made: no API key, or an HTTP engine that is not installed."""


class InvalidToken(ClientError, ValueError):
    """A token that is damaged, of another provider, or of a newer version. Nothing was sent."""


class ClientClosed(ClientError):
    """The client was closed before or during the call."""

    def __init__(self, message: str, *, may_have_arrived: bool = False) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived
