"""Stand-ins for transports whose HTTP library is not installed, or cannot be imported.

`from bide_runtime import *`, `help` and `hasattr` load every name, so a missing library is an error only on use.
"""

from __future__ import annotations

from ..errors.client import ConfigurationError
from ..errors.own import OwnErrors
from .certificates import tls_failure

_LIBRARIES = {
    "AiohttpTransport": "aiohttp",
    "AsyncHttpxTransport": "httpx2",
    "HttpxTransport": "httpx2",
    "Urllib3Transport": "urllib3",
}
"""The library that each transport needs."""

_PACKAGES = {"aiohttp", "httpcore2", "httpx2", "urllib3", "yarl"}
"""The packages of these libraries that the transports import."""


def stand_in(name: str, failed: ImportError | OSError) -> type:
    """A class with the name of a transport. Its constructor raises `ConfigurationError`, which says what to do.

    Raises *failed*, the error of its import, if *name* is no transport.
    """
    library = _LIBRARIES.get(name)
    if library is None:
        raise failed
    return _refusing(name, _error(name, library, failed), failed)


def of_package(found: object, distribution: str, own_errors: OwnErrors) -> object:
    """*found*, an attribute of the runtime; a stand-in raises the package's own error, with its extra."""
    failed = getattr(found, "_failed", None)
    if not isinstance(found, type) or failed is None:
        return found
    name = found.__name__
    return _refusing(name, own_errors.of(_error(name, _LIBRARIES[name], failed, distribution)), failed)


def _refusing(name: str, error: ConfigurationError, failed: ImportError | OSError) -> type:
    """A class whose constructor raises *error*."""

    def refuse(cls: type, *args: object, **kwargs: object) -> object:
        raise error

    contents = {"__new__": refuse, "__doc__": f"Cannot be used: {error}.", "__module__": __name__, "_failed": failed}
    return type(name, (), contents)


def not_installed(name: str, library: str, distribution: str = "bide-runtime") -> ConfigurationError:
    """The error of a transport whose library is not installed."""
    wanted = f"'{distribution}[httpx]'" if library == "httpx2" else library
    return ConfigurationError(
        f"{name} needs {library}, which is not installed: pip install {wanted}, or pass another transport="
    )


def _error(
    name: str, library: str, failed: ImportError | OSError, distribution: str = "bide-runtime"
) -> ConfigurationError:
    if isinstance(failed, OSError):
        return tls_failure(failed)  # aiohttp reads certificates when it is imported
    if isinstance(failed, ModuleNotFoundError) and (failed.name or "").partition(".")[0] in _PACKAGES:
        return not_installed(name, library, distribution)
    return ConfigurationError(
        f"{name} needs {library}, which cannot be imported: {failed}; install it again, or pass another transport="
    )
