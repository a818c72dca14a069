"""`python -m bide_runtime.apps.mcp PACKAGE`: the MCP server of a package."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from ..catalog.catalog import Catalog
from . import WAIT, serve
from .exits import USAGE


def main(arguments: list[str] | None = None) -> int:
    """Run the server; returns its exit code."""
    parser = ArgumentParser(prog="python -m bide_runtime.apps.mcp", description="The MCP server of a package.")
    parser.add_argument("package", help="the import name of the package, such as acme_client")
    parser.add_argument("--http", type=int, metavar="PORT", help="serve on this port of 127.0.0.1; 0: a free one")
    parser.add_argument("--ledger", metavar="FILE", help="remember jobs in this file, so that none is paid for twice")
    parser.add_argument("--base-url", metavar="URL", help="the address of the provider")
    parser.add_argument("--wait", type=float, default=WAIT, metavar="SECONDS", help="how long a call waits for a job")
    options = parser.parse_args(arguments)
    try:
        catalog = Catalog.of(options.package)
    except (OSError, ModuleNotFoundError) as error:
        print(f"error: {options.package} is not a package with an MCP server: {error}", file=sys.stderr)
        return USAGE
    return serve(catalog, http=options.http, ledger=options.ledger, base_url=options.base_url, wait=options.wait)


if __name__ == "__main__":
    sys.exit(main())
