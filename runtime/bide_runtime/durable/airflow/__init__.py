"""Jobs in DAGs of Airflow 3: needs the extra `airflow`, as in `pip install 'bide-runtime[airflow]'`.

    from bide_runtime.durable.airflow import RunJobOperator

    RunJobOperator(task_id="page", package="acme_client", job="fetch", arguments={"url": url}, conn_id="acme")

The operator submits the job and frees its worker slot, a trigger waits for the job, and the task returns the result.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .hook import BideHook
    from .operator import RunJobOperator
    from .trigger import JobTrigger

__all__ = ["BideHook", "JobTrigger", "RunJobOperator"]

_MODULES = {"BideHook": "hook", "JobTrigger": "trigger", "RunJobOperator": "operator"}


def __getattr__(name: str) -> Any:
    # Airflow asks this package for its connection type in each process, so the rest is loaded when it is used.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    except ModuleNotFoundError as failed:
        if (failed.name or "").partition(".")[0] != "airflow":
            raise
        from ...errors.client import ConfigurationError

        raise ConfigurationError(
            "bide_runtime.durable.airflow needs Airflow 3.3 or newer, which is not installed:"
            " pip install 'bide-runtime[airflow]'"
        ) from failed


def __dir__() -> list[str]:
    return __all__
