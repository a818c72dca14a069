"""The default engines, imported on first use."""

from __future__ import annotations

from ..errors.client import ConfigurationError
from .transport import AsyncTransport, Transport


def default_transport() -> Transport:
    """The default blocking engine: urllib3."""
    try:
        from .urllib3_transport import Urllib3Transport
    except ModuleNotFoundError as error:
        if error.name != "urllib3":
            raise
        raise _not_installed("urllib3") from error
    return Urllib3Transport()


def default_async_transport() -> AsyncTransport:
    """The default asyncio engine: aiohttp."""
    try:
        from .aiohttp_transport import AiohttpTransport
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        raise _not_installed("aiohttp") from error
    return AiohttpTransport()


def _not_installed(engine: str) -> ConfigurationError:
    return ConfigurationError(f"{engine} is not installed: `pip install {engine}`, or pass transport=")
