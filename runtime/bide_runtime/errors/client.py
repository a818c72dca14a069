"""The base of all exceptions, and those raised before anything is sent."""

from __future__ import annotations

from .printable import plain


class ClientError(Exception):
    """The base of every exception of this package."""

    job_id: str | None = None
    """The id of the job, if one exists."""

    token: str | None = None
    """The token of the job, for `resume`, also in another process."""

    may_have_arrived: bool = False
    """Whether the provider may have acted on the request although no reply arrived."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        """What happened, without the job; quotes the provider's own message if there is one, which `str` escapes."""

    @property
    def job_may_exist(self) -> bool:
        """Whether the provider may have a job of this call: it has an id, or a request may have arrived."""
        return self.job_id is not None or self.may_have_arrived

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process pools; the default would call the class with the message alone.
        return _unpickled, (type(self), self.args, self.__dict__)

    def about(self, job_id: str, token: str) -> None:
        """Set the job, unless one is set already."""
        if self.job_id is None:
            self.job_id, self.token = job_id, token

    def __str__(self) -> str:
        return plain(f"{self.message} (job {self.job_id})" if self.job_id is not None else self.message)


def _unpickled(cls: type[ClientError], args: tuple[object, ...], state: dict[str, object]) -> ClientError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class InvalidArgument(ClientError, ValueError):
    """An argument that the provider does not allow. Nothing was sent."""


class ConfigurationError(ClientError):
    """The client's configuration does not work: no API key, or an HTTP engine that is not installed."""


class InvalidToken(ClientError, ValueError):
    """A token that is damaged, of another provider, or of a newer version. Nothing was sent."""


class InvalidSignature(ClientError, ValueError):
    """A webhook that the provider has not signed, or that is too old."""


class ClientClosed(ClientError):
    """The client was closed before or during the call."""

    def __init__(self, message: str, *, may_have_arrived: bool = False) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived
