"""The DAGs of the campaigns: a mapped task each. Read by Airflow."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG
from bide_runtime.durable.airflow import RunJobOperator

from evidence.airflow.campaigns import CAMPAIGNS, KINDS


def dags() -> dict[str, DAG]:
    """A DAG for each campaign, by its name."""
    found = {}
    for campaign in CAMPAIGNS:
        with DAG(campaign.name, schedule=None, is_paused_upon_creation=False) as dag:
            RunJobOperator.partial(
                task_id="page",
                package=f"{campaign.provider}_client",
                job=KINDS[campaign.provider],
                conn_id=campaign.name,
                cancel_on_kill=campaign.cancel_on_kill,
                retries=3,
                retry_delay=timedelta(seconds=1),
            ).expand(arguments=[{"url": f"https://example.com/{number}"} for number in range(campaign.jobs)])
        found[campaign.name] = dag
    return found
