"""One campaign: run jobs, kill, and compare with what the provider saw."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.airflow.campaigns import SLOW_SUBMITS, Campaign
from evidence.airflow.stack import ROOT, Airflow
from evidence.simulated import jobs_at, simulator

KEY = "a-key-that-nobody-may-see"
"""The API key of all connections. It must be in no log, and nowhere in the database in plain text."""


@dataclass
class Counted:
    """What came of it."""

    results: int = 0
    unsure: int = 0
    cancelled: int = 0
    other: int = 0
    made: int = 0
    paid_twice: int = 0
    lost: int = 0
    early_polls: int = 0
    takeover: float = 0.0

    @property
    def is_good(self) -> bool:
        return not (self.paid_twice or self.lost or self.early_polls or self.other)


def fight(campaign: Campaign, airflow: Airflow, folder: Path) -> Counted:
    """Run the jobs of a campaign, and kill."""
    folder.mkdir(parents=True)
    scenarios = folder / "scenarios.yaml"
    scenarios.write_text(f"- scenario: {campaign.scenario}\n", encoding="utf-8")
    with simulator(ROOT / "specs" / f"{campaign.provider}.yaml", scenarios) as base_url:
        airflow.connect(campaign.name, base_url, KEY)
        run = airflow.trigger(campaign.name)

        def tasks() -> list[dict[str, Any]]:
            return airflow.tasks(campaign.name, run)

        if campaign.scenario == SLOW_SUBMITS:
            until(lambda: len(jobs_at(base_url)) >= campaign.jobs // 2, 90)
        else:
            until(lambda: sum(job["polls"] > 0 for job in jobs_at(base_url)) >= campaign.jobs // 2, 90)
        began = time.monotonic()
        is_taken_over = _kill(campaign, airflow, run, base_url)
        until(is_taken_over, 180)
        counted = Counted(takeover=time.monotonic() - began)
        until(lambda: all(task["state"] in ("success", "failed") for task in tasks()), 240)
        if campaign.cancel_on_kill:  # what runs of a marked task ends later
            with suppress(RuntimeError):
                until(lambda: all(job["state"] == "cancelled" for job in jobs_at(base_url)), 30)
        jobs = jobs_at(base_url)
        made = Counter(job["arguments"]["url"] for job in jobs)
        ends = {f"https://example.com/{task['map_index']}": _end(airflow, campaign, run, task) for task in tasks()}
        of = Counter(ends.values())
        counted.results, counted.unsure = of["ok"], of["unsure"]
        counted.cancelled = sum(job["state"] == "cancelled" for job in jobs)
        marked = campaign.how == "marked as failed"
        counted.other = of["other"] - (counted.cancelled if marked else 0)
        counted.made = len(jobs)
        counted.paid_twice = sum(number > 1 for number in made.values())
        counted.early_polls = sum(job["early_polls"] for job in jobs)
        counted.lost = sum(end == "ok" and url not in made for url, end in ends.items())
        return counted


def until(is_so: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so. Raises `RuntimeError` if it is not after *seconds*."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise RuntimeError(f"not so after {seconds:g} s")
        time.sleep(0.25)


def _kill(campaign: Campaign, airflow: Airflow, run: str, base_url: str) -> Callable[[], bool]:
    """Kill; returns whether another process has taken over by now."""
    before = airflow.tasks(campaign.name, run)
    polls = sum(job["polls"] for job in jobs_at(base_url))
    running = {task["map_index"] for task in before if task["state"] == "running"}

    def has_next_attempt() -> bool:
        now = airflow.tasks(campaign.name, run)
        held = [task for task in now if task["map_index"] in running and task["try_number"] == 1]
        return all(task["state"] in ("deferred", "success", "failed") for task in held)

    def has_polled() -> bool:
        return bool(sum(job["polls"] for job in jobs_at(base_url)) > polls)

    if campaign.killed in ("task process", "worker"):
        airflow.kill_tasks(with_workers=campaign.killed == "worker")
        return has_next_attempt
    if campaign.killed == "tasks":
        _press(campaign, airflow, run, before)
        return has_polled if campaign.how == "cleared" else lambda: True
    part = {"scheduler and its workers": "scheduler", "API server": "api-server"}.get(campaign.killed, campaign.killed)
    (airflow.stop if campaign.how == "SIGTERM" else airflow.kill)(part)
    polls = sum(job["polls"] for job in jobs_at(base_url))
    time.sleep(2)
    airflow.start(part)
    return has_polled if part == "triggerer" else has_next_attempt


def _press(campaign: Campaign, airflow: Airflow, run: str, tasks: list[dict[str, Any]]) -> None:
    """Do what a person does in the web interface."""
    if campaign.how == "cleared":
        body = {"dry_run": False, "dag_run_id": run, "task_ids": ["page"], "only_failed": False, "reset_dag_runs": True}
        airflow.ask(f"dags/{campaign.name}/clearTaskInstances", body)
        return
    for task in tasks:
        path = f"dags/{campaign.name}/dagRuns/{run}/taskInstances/page/{task['map_index']}"
        airflow.ask(path, {"new_state": "failed"}, "PATCH")


def _end(airflow: Airflow, campaign: Campaign, run: str, task: dict[str, Any]) -> str:
    """How a task ended: `ok`, `unsure` or `other`."""
    path = f"dags/{campaign.name}/dagRuns/{run}/taskInstances/page"
    if task["state"] == "success":
        entry = airflow.ask(f"{path}/xcomEntries/return_value?map_index={task['map_index']}&deserialize=true")
        return "ok" if str(entry["value"]["status"]) == "completed" else "other"
    state = airflow.ask(f"{path}/state-store?map_index={task['map_index']}")
    return "unsure" if "sent_at" in str(state) else "other"
