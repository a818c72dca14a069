"""Run the files of `docs/airflow.md` as the page has them, but for the ports."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from evidence.airflow.campaign import until
from evidence.airflow.stack import ROOT, Airflow
from evidence.simulated import simulator

_FILE = re.compile(r"^```(?:python|yaml)\n# ([\w.]+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_SAYS = re.compile(r"^```text\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_VARIABLE = re.compile(r"^\$ export (\w+)='(.*)'$", re.MULTILINE)


def read_guide(folder: Path) -> None:
    """Raise `AssertionError` if the page's tasks end in another way than the page says."""
    folder.mkdir(parents=True)
    page = (ROOT / "docs" / "airflow.md").read_text(encoding="utf-8")
    files = dict(_FILE.findall(page))
    first, cleared = _SAYS.findall(page)
    [(variable, connection)] = _VARIABLE.findall(page)
    scenarios = folder / "scenarios.yaml"
    scenarios.write_text(files["scenarios.yaml"], encoding="utf-8")
    with simulator(ROOT / "specs" / "scrapio.yaml", scenarios) as base_url:
        airflow = Airflow(folder / "home", files["crawl.py"])
        airflow.env[variable] = connection.replace("http://127.0.0.1:8700", base_url)
        with airflow:
            airflow.ask("dags/crawl", {"is_paused": False}, "PATCH")
            run = airflow.trigger("crawl")
            said = _ends(airflow, run)
            assert said == sorted(first.splitlines(), reverse=True), said
            body = {"dry_run": False, "dag_run_id": run, "task_ids": ["page"], "only_failed": True}
            airflow.ask("dags/crawl/clearTaskInstances", body)
            said = _ends(airflow, run)
            assert said == cleared.splitlines(), said


def _ends(airflow: Airflow, run: str) -> list[str]:
    """The states of the tasks when they are over, each with the status of the result or the reason."""
    # Airflow may lose a task that is cleared while it ends the run.
    until(lambda: airflow.ask(f"dags/crawl/dagRuns/{run}")["state"] in ("success", "failed"), 120)
    return sorted(
        (f"{task['state']} {_said(airflow, run, task)}" for task in airflow.tasks("crawl", run)), reverse=True
    )


def _said(airflow: Airflow, run: str, task: dict[str, Any]) -> str:
    path = f"dags/crawl/dagRuns/{run}/taskInstances/page"
    if task["state"] == "success":
        result = airflow.ask(f"{path}/xcomEntries/return_value?map_index={task['map_index']}&deserialize=true")["value"]
        return str(result["status"])
    [log] = airflow.home.glob(f"logs/**/map_index={task['map_index']}/attempt={task['try_number']}.log")
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    [error] = [line["error_detail"][0] for line in lines if "error_detail" in line]
    assert error["exc_type"] == "AirflowFailException", error
    return str(error["exc_value"]).partition(": ")[2].partition(" (job ")[0]
