"""Stand-ins for transports whose HTTP library is not installed.

`from bide_runtime import *`, `help` and `hasattr` load every name, so a missing library is an error only on use.
"""

from __future__ import annotations

from ..errors.client import ConfigurationError

_LIBRARIES = {"aiohttp": "aiohttp", "httpcore2": "httpx2", "httpx2": "httpx2", "urllib3": "urllib3", "yarl": "aiohttp"}
"""The library to install for each package that the transports import."""


def stand_in(name: str, missing: ModuleNotFoundError) -> type:
    """A class with the name of a transport. Its constructor raises `ConfigurationError`, which says what to install.

    Raises *missing* if that is not the package of a library for HTTP.
    """
    library = _LIBRARIES.get((missing.name or "").partition(".")[0])
    if library is None:
        raise missing

    def refuse(cls: type, *args: object, **kwargs: object) -> object:
        raise not_installed(name, library)

    about = f"Needs {library}, which is not installed: `pip install {library}`."
    return type(name, (), {"__new__": refuse, "__doc__": about, "__module__": __name__})


def not_installed(name: str, library: str) -> ConfigurationError:
    """The error of a transport whose library is not installed."""
    return ConfigurationError(
        f"{name} needs {library}, which is not installed: pip install {library}, or pass another transport="
    )
