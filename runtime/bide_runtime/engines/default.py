"""The default engines, imported on first use."""

from __future__ import annotations

from .transport import AsyncTransport, Transport


def default_transport() -> Transport:
    """The default blocking engine: urllib3."""
    try:
        from .urllib3_transport import Urllib3Transport
    except ModuleNotFoundError as error:
        if error.name != "urllib3":
            raise
        from .missing import not_installed

        raise not_installed("the blocking client", "urllib3") from error
    return Urllib3Transport()


def default_async_transport() -> AsyncTransport:
    """The default asyncio engine: aiohttp."""
    try:
        from .aiohttp_transport import AiohttpTransport
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        from .missing import not_installed

        raise not_installed("the async client", "aiohttp") from error
    except OSError as error:  # aiohttp reads certificates when it is imported
        from .certificates import tls_failure

        raise tls_failure(error) from error
    return AiohttpTransport()
