"""Servers of the mill's package, for hosts: processes of their own, and one in this process."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from bide_runtime.apps.catalog.catalog import Catalog
from bide_runtime.apps.mcp.answers import Answers
from bide_runtime.apps.mcp.book import Book
from bide_runtime.apps.mcp.calls import Calls
from bide_runtime.apps.mcp.kept import Kept
from bide_runtime.apps.mcp.server import Served
from bide_runtime.apps.mcp.text import Cleaner
from mcp import Client, StdioServerParameters
from mcp.client.extension import ClientExtension

from bide.ir import Provider
from bide.lint.pipeline import read_spec

KEY = "sk-mill-0123456789"
SPEC = Path(__file__).with_name("mill.yaml")

ERAS = ("2026-07-28", "2025-11-25")
"""Versions of the protocol: the newest without a handshake, and with it."""


@cache
def mill() -> Provider:
    """The meaning of the spec."""
    return read_spec("mill.yaml", SPEC.read_text("utf-8"))


def run(main: Callable[[], Awaitable[Any]]) -> Any:
    """Run a test that awaits."""

    async def awaited() -> Any:
        async with asyncio.timeout(30):
            return await main()

    try:
        return asyncio.run(awaited())
    except BaseExceptionGroup as errors:  # of the client, which runs as a group of tasks
        error: BaseException = errors
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None


def command(*options: str) -> list[str]:
    """The command of a server."""
    return [sys.executable, "-m", "bide_runtime.apps.mcp", "mill_client", *options]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a server, with the key."""
    return {**os.environ, "PYTHONPATH": str(folder), "MILL_API_KEY": KEY, **more}


def process(folder: Path, url: str, *options: str, pid_file: Path | None = None) -> StdioServerParameters:
    """A server as a process of its own, on standard input and output."""
    args = command("--base-url", url, *options)[1:]
    if pid_file is not None:
        code = f"import os,runpy,sys;open({str(pid_file)!r},'w').write(str(os.getpid()));"
        code += f"sys.argv={args[1:]!r};runpy.run_module('bide_runtime.apps.mcp',run_name='__main__')"
        args = ["-c", code]
    return StdioServerParameters(command=sys.executable, args=args, env=environment(folder))


@asynccontextmanager
async def connected(server: Any, era: str = ERAS[0], *extensions: ClientExtension) -> AsyncIterator[Any]:
    """The official client, with a version of the protocol."""
    mode = era if era == ERAS[0] else "legacy"
    async with Client(server, mode=mode, extensions=list(extensions), read_timeout_seconds=20) as client:
        yield client


@contextmanager
def over_http(folder: Path, url: str, *options: str) -> Iterator[str]:
    """The address of a server on HTTP."""
    args = command("--base-url", url, "--http", "0", *options)
    with subprocess.Popen(args, env=environment(folder), stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            line = server.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/mcp", line)
            assert found, line
            yield found[0]
        finally:
            server.terminate()


@asynccontextmanager
async def served(
    package: str, url: str, *, wait: float = 20.0, ledger: Path | None = None, clock: Any = None
) -> AsyncIterator[Any]:
    """A server in this process."""
    catalog = Catalog.of(package)
    book = None if ledger is None else Book(str(ledger), catalog.name)
    kept = Kept()
    answers = Answers(catalog, kept, Cleaner(catalog))
    calls = Calls(catalog, answers, book, base_url=url, wait=wait, clock=clock)
    try:
        yield Served(calls, kept, has_ledger=book is not None).server
    finally:
        await calls.close()
        kept.close()
