"""The engines of a client that was given none. They are loaded when they are needed."""

from __future__ import annotations

from ..errors.client import ConfigurationError
from .transport import AsyncTransport, Transport


def default_transport() -> Transport:
    """The blocking engine of a client that was given none: urllib3."""
    try:
        from .urllib3_transport import Urllib3Transport
    except ModuleNotFoundError as error:
        if error.name != "urllib3":
            raise
        raise _not_installed("urllib3") from error
    return Urllib3Transport()


def default_async_transport() -> AsyncTransport:
    """The asyncio engine of a client that was given none: aiohttp."""
    try:
        from .aiohttp_transport import AiohttpTransport
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        raise _not_installed("aiohttp") from error
    return AiohttpTransport()


def _not_installed(engine: str) -> ConfigurationError:
    return ConfigurationError(f"{engine} is not installed: `pip install {engine}`, or hand in a transport of your own")
