"""The MCP server of a generated package: needs the extra `mcp`, as in `pip install 'acme-client[mcp]'`."""

from __future__ import annotations

import sys

from ..catalog.catalog import Catalog
from .exits import USAGE

WAIT = 45.0
"""Seconds that one call waits for a job: many hosts give up after 60."""


def serve(
    catalog: Catalog,
    *,
    http: int | None = None,
    ledger: str | None = None,
    base_url: str | None = None,
    wait: float = WAIT,
) -> int:
    """Serve the jobs and operations of a package as tools until standard input ends, or Ctrl-C; returns the exit code.

    Args:
        catalog: Of the package.
        http: The port of 127.0.0.1 to serve on; 0: a free one. Default: standard input and output.
        ledger: A file that remembers the jobs, made if it is missing. Default: none.
        base_url: Of the provider. Default: from the environment (`ACME_BASE_URL`), or from the spec.
        wait: How long one call waits for a job, in seconds.
    """
    if catalog.server is None:
        print(f"error: the spec of {catalog.package} has `mcp: false`, so it has no MCP server", file=sys.stderr)
        return USAGE
    try:
        from .server import run
    except ModuleNotFoundError as missing:
        library = (missing.name or "").partition(".")[0]
        if library not in ("anyio", "mcp", "mcp_types", "starlette", "uvicorn"):
            raise
        extra = f"pip install '{catalog.distribution}[mcp]'"
        print(f"error: the MCP server needs {library}, which is not installed: {extra}", file=sys.stderr)
        return USAGE
    return run(catalog, http=http, ledger=ledger, base_url=base_url, wait=wait)
