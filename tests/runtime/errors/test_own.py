"""The exceptions of a package: its own classes, whatever raises, and one tree for all providers."""

from __future__ import annotations

import pickle
import traceback

import pytest
from bide_runtime import ClientError, DecodeError, JobFailed, JobTimeout, RateLimited
from bide_runtime.errors.own import OwnErrors
from bide_runtime.errors.transport import ConnectionFailed
from bide_runtime.http.errors import api_error_class
from bide_runtime.http.request import Response
from bide_runtime.models.lenient import NotJson


class AcmeError(ClientError):
    """The base of one package."""


class OwnTimeout(AcmeError, JobTimeout):
    """Its timeout."""


class OwnDecodeError(AcmeError, DecodeError):
    """Its decode error."""


OWN = OwnErrors({"JobTimeout": OwnTimeout, "DecodeError": OwnDecodeError, "AcmeError": AcmeError, "text": "no class"})


def test_an_error_gets_the_class_of_its_name() -> None:
    """It keeps its attributes, text and cause, and can be caught as the runtime's class."""
    cause = ConnectionFailed("reset")
    error = JobTimeout("not finished", advice="wait again")
    error.about("j1", "{}")
    error.__cause__ = cause
    own = OWN.of(error)

    assert type(own) is OwnTimeout
    assert isinstance(own, JobTimeout)
    assert (str(own), own.job_id, own.token, own.__cause__) == (str(error), "j1", "{}", cause)


def test_a_private_class_becomes_its_public_base() -> None:
    """`NotJson` is private to the core; users see `DecodeError`."""
    assert type(OWN.of(NotJson("no JSON", path="$", body=b"<"))) is OwnDecodeError


def test_an_error_is_converted_once() -> None:
    """An error of the package's own class, or without one, stays the same object."""
    own, other = OwnTimeout("late"), JobFailed("no", snapshot=None, code=None, reason=None)

    assert OWN.of(own) is own
    assert OWN.of(other) is other


def test_a_block_raises_the_own_class() -> None:
    """The traceback ends at the line that raised, and shows the error once."""

    def fail() -> None:
        raise JobTimeout("late")

    with pytest.raises(OwnTimeout) as caught, OWN:
        fail()
    shown = "".join(traceback.format_exception(caught.value))

    assert shown.count("Error: late") + shown.count("Timeout: late") == 1
    assert "in fail" in shown


def test_other_exceptions_are_unchanged() -> None:
    """An error of the user's own code is unchanged."""
    with pytest.raises(KeyError), OWN:
        raise KeyError("x")


def test_own_errors_can_be_pickled() -> None:
    """They cross process pools."""
    error = OWN.of(JobTimeout("late", advice="wait"))
    error.about("j1", "{}")
    back = pickle.loads(pickle.dumps(error))

    assert (type(back), str(back), back.job_id) == (OwnTimeout, str(error), "j1")


def test_status_classes_are_found_by_name_too() -> None:
    """A 429 is the package's `RateLimited`."""

    class OwnLimited(AcmeError, RateLimited):
        """Its 429."""

    reply = Response(status=429, headers={}, body=b"")
    error = OwnErrors({"RateLimited": OwnLimited}).of(api_error_class(429)("slow down", response=reply))

    assert (type(error), error.status) == (OwnLimited, 429)


def test_a_name_that_is_no_exception_is_ignored() -> None:
    """Whatever else the module of a package's errors has."""
    error = JobFailed("no", snapshot=None, code=None, reason=None)

    assert OwnErrors({"JobFailed": int, "ClientError": "text"}).of(error) is error
