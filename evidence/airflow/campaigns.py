"""What is killed, and when. Airflow's processes read it too: each campaign is a DAG."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = {"scrapio": "fetch", "anakin": "url_scraper"}
"""A kind of job of each provider: Scrapio has idempotency keys, and Anakin has none."""

SLOW_SUBMITS = "succeed; duration=6; submit=slow:5"
LONG_JOBS = "succeed; duration=15"


@dataclass(frozen=True)
class Campaign:
    """One way of killing."""

    name: str
    """Of the DAG and of the connection."""
    killed: str
    """The part of Airflow, or what a person does."""
    how: str
    provider: str
    where: str
    scenario: str
    jobs: int = 8
    cancel_on_kill: bool = False


CAMPAIGNS = (
    Campaign("task_keys", "task process", "SIGKILL", "scrapio", "during submits", SLOW_SUBMITS),
    Campaign("task_no_keys", "task process", "SIGKILL", "anakin", "during submits", SLOW_SUBMITS),
    Campaign("worker_keys", "worker", "SIGKILL", "scrapio", "during submits", SLOW_SUBMITS),
    Campaign("worker_no_keys", "worker", "SIGKILL", "anakin", "during submits", SLOW_SUBMITS),
    Campaign("scheduler", "scheduler and its workers", "SIGKILL", "scrapio", "during submits", SLOW_SUBMITS),
    Campaign("api_server", "API server", "SIGKILL", "anakin", "during submits", SLOW_SUBMITS),
    Campaign("triggerer", "triggerer", "SIGKILL", "scrapio", "between polls", LONG_JOBS),
    Campaign("triggerer_stopped", "triggerer", "SIGTERM", "anakin", "between polls", LONG_JOBS),
    Campaign("cleared", "tasks", "cleared", "scrapio", "between polls", LONG_JOBS),
    Campaign("marked", "tasks", "marked as failed", "scrapio", "between polls", LONG_JOBS, 8, True),
    Campaign(
        "marked_early", "tasks", "marked as failed", "scrapio", "during submits", SLOW_SUBMITS, cancel_on_kill=True
    ),
)
