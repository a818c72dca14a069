"""What Airflow reads of this package: its connection type. Imports nothing of Airflow."""

from __future__ import annotations

from typing import Any

from .connection import CONN_TYPE


def get_provider_info() -> dict[str, Any]:
    """The provider info for the entry point `apache_airflow_provider`."""
    return {
        "package-name": "bide-runtime",
        "name": "Bide",
        "description": "Jobs of any provider that a generated package is for.",
        "connection-types": [
            {
                "connection-type": CONN_TYPE,
                "hook-class-name": f"{__package__}.hook.BideHook",
                "hook-name": "Provider of a Bide package",
                "ui-field-behaviour": {
                    "hidden-fields": ["login"],
                    "relabeling": {"host": "Base URL", "password": "API key", "extra": "Other arguments of the client"},
                    "placeholders": {"host": "that of the package", "extra": '{"timeout": 60}'},
                },
            }
        ],
    }
