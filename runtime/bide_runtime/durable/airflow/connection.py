"""The arguments of a client from a connection of Airflow. Imports nothing of Airflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ...errors.client import ConfigurationError

CONN_TYPE = "bide"


class Connection(Protocol):
    """What is read of a connection of Airflow."""

    @property
    def conn_id(self) -> str: ...
    @property
    def host(self) -> str | None: ...
    @property
    def schema(self) -> str | None: ...
    @property
    def port(self) -> int | None: ...
    @property
    def password(self) -> str | None: ...
    @property
    def extra_dejson(self) -> Any: ...


def client_arguments(connection: Connection) -> dict[str, Any]:
    """The arguments of a client: host is the base URL, password the API key, and extra has all others by name.

    Raises `ConfigurationError`.
    """
    extra = connection.extra_dejson
    if not isinstance(extra, Mapping):
        raise ConfigurationError(f"the extra of connection {connection.conn_id!r} is not a JSON object")
    arguments = {**extra}
    if connection.host:
        arguments["base_url"] = _url(connection)
    if connection.password:
        arguments["api_key"] = connection.password
    return arguments


def _url(connection: Connection) -> str:
    host = str(connection.host)
    if "://" in host:
        return host
    port = f":{connection.port}" if connection.port else ""
    return f"{connection.schema or 'https'}://{host}{port}"
