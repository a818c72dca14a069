"""Kill parts of Airflow while jobs run, run `docs/airflow.md`, and write `docs/airflow-runs.md`.

The exit code is 0 if no job was lost, none was paid for twice, and no poll came too early.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from evidence.airflow.campaign import KEY, fight
from evidence.airflow.campaigns import CAMPAIGNS
from evidence.airflow.guide import read_guide
from evidence.airflow.page import text
from evidence.airflow.stack import PROGRAM, ROOT, Airflow

_PAGE = ROOT / "docs" / "airflow-runs.md"
_DAGS = "from evidence.airflow.dags import dags  # airflow, DAG\n\nglobals().update(dags())\n"


def main() -> int:
    """Run the campaigns; returns the exit code."""
    parser = argparse.ArgumentParser(prog="airflow", description=__doc__)
    parser.add_argument("--only", nargs="+", help="run the campaigns of these names, or `guide`, and write no page")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    options = parser.parse_args()
    chosen = [each for each in CAMPAIGNS if options.only is None or each.name in options.only]
    found = []
    folder = Path(tempfile.mkdtemp(prefix="bide-airflow-"))
    try:
        if chosen:
            with Airflow(folder / "home", _DAGS) as airflow:
                for campaign in chosen:
                    counted = fight(campaign, airflow, folder / campaign.name)
                    print(f"{campaign.name}: {counted}", flush=True)
                    found.append((campaign, counted))
            check_key_is_secret(folder / "home")
        if options.only is None or "guide" in options.only:
            read_guide(folder / "guide")
            print("docs/airflow.md prints what it says", flush=True)
    finally:
        if options.keep:
            print(f"the logs are in {folder}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if options.only is None:
        _PAGE.write_text(text(found, _versions()), encoding="utf-8")
    return 0 if all(counted.is_good for _, counted in found) else 1


def check_key_is_secret(home: Path) -> None:
    """Raise `AssertionError` if a file of Airflow has the API key."""
    for path in home.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path


def _versions() -> str:
    command = [str(PROGRAM.with_name("python")), "-c", _VERSIONS]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


_VERSIONS = """
import platform, sqlite3
from importlib.metadata import version
print(f"Airflow {version('apache-airflow')}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
"""

if __name__ == "__main__":
    sys.exit(main())
