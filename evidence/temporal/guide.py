"""Run the files of `docs/temporal.md` as the page has them, but for the ports."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from evidence.simulated import simulator
from evidence.temporal.campaign import connected
from evidence.temporal.servers import ROOT, free_port, start_temporal, stop

_FILE = re.compile(r"^```(?:python|yaml)\n# ([\w.]+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_PRINTS = re.compile(r"^```text\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


async def read_guide(folder: Path) -> None:
    """Raise `AssertionError` if the page's start.py prints something else than the page."""
    folder.mkdir(parents=True)
    page = (ROOT / "docs" / "temporal.md").read_text(encoding="utf-8")
    files = dict(_FILE.findall(page))
    [prints] = _PRINTS.findall(page)
    scenarios = folder / "scenarios.yaml"
    scenarios.write_text(files["scenarios.yaml"], encoding="utf-8")
    port = free_port()
    processes = [start_temporal(port, folder / "temporal.db")]
    try:
        with simulator(ROOT / "specs" / "scrapio.yaml", scenarios) as base_url:
            await connected(f"127.0.0.1:{port}")
            for name, code in files.items():
                placed = code.replace("127.0.0.1:7233", f"127.0.0.1:{port}").replace("http://127.0.0.1:8700", base_url)
                (folder / name).write_text(placed, encoding="utf-8")
            env = {**os.environ, "PYTHONPATH": str(ROOT / "generated" / "scrapio")}
            processes.append(subprocess.Popen([sys.executable, "worker.py"], cwd=folder, env=env, text=True))
            command = [sys.executable, "start.py"]
            printed = subprocess.run(
                command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=True
            ).stdout
    finally:
        stop(*processes)
    assert printed == prints, printed
