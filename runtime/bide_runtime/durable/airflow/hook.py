"""Clients of a generated package, made from a connection of Airflow."""

# mypy: disable-error-code="import-not-found,misc,unused-ignore"
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from airflow.sdk.bases.hook import BaseHook

from ...clients.jobs.async_jobs_client import AsyncJobsClient
from ...clients.jobs.jobs_client import JobsClient
from ..package import client_class, made
from .connection import CONN_TYPE, Connection, client_arguments


class BideHook(BaseHook):
    """Makes clients of a generated package. The connection has the base URL and the API key.

    Args:
        conn_id: A connection of the type `bide`.
        package: The import name of a generated package, such as `acme_client`.
    """

    conn_name_attr = "conn_id"
    default_conn_name = "bide_default"
    conn_type = CONN_TYPE
    hook_name = "Provider of a Bide package"

    def __init__(self, conn_id: str, package: str) -> None:
        super().__init__()
        self.conn_id = conn_id
        self.package = package

    def get_conn(self) -> JobsClient:
        """A blocking client, to be closed after use. Raises `ConfigurationError` or `InvalidArgument`."""
        arguments = client_arguments(self.get_connection(self.conn_id))
        return made(client_class(self.package, JobsClient), arguments, f"connection {self.conn_id!r}")

    @asynccontextmanager
    async def shared_client(self) -> AsyncIterator[AsyncJobsClient]:
        """An asyncio client, which all triggers of this process share that have the same connection.

        So the rate limits of the provider hold for all of them. The last one closes it.
        """
        connection = await self.aget_connection(self.conn_id)
        key = (id(asyncio.get_running_loop()), self.package, _content(connection))
        shared = _shared.get(key)
        if shared is None:
            arguments, of = client_arguments(connection), f"connection {self.conn_id!r}"
            shared = _shared[key] = _Shared(made(client_class(self.package, AsyncJobsClient), arguments, of))
        shared.users += 1
        try:
            yield shared.client
        finally:
            shared.users -= 1
            if not shared.users:
                del _shared[key]
                await shared.client.close()


class _Shared:
    """A client, and how many use it."""

    def __init__(self, client: AsyncJobsClient) -> None:
        self.client = client
        self.users = 0


_shared: dict[Any, _Shared] = {}


def _content(connection: Connection) -> str:
    """All that a client is made from: after a change of the connection, new triggers get a new client."""
    return repr(sorted(client_arguments(connection).items()))
