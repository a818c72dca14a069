"""The command line of a generated package: needs the extra `cli`, as in `pip install 'acme-client[cli]'`."""

from __future__ import annotations

import sys

USAGE = 2
"""The exit code for a wrong command, and for a library that is missing."""


def run(package: str, arguments: list[str] | None = None) -> int:
    """Run the command line of a package; returns its exit code."""
    from ..catalog.catalog import Catalog

    catalog = Catalog.of(package)
    try:
        from .app import main
    except ModuleNotFoundError as missing:
        library = (missing.name or "").partition(".")[0]
        if library not in ("click", "rich", "jmespath"):
            raise
        extra = f"pip install '{catalog.distribution}[cli]'"
        print(f"error: the command line needs {library}, which is not installed: {extra}", file=sys.stderr)
        return USAGE
    return main(catalog, arguments)
