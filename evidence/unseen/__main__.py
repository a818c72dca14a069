"""Generate a package for each spec of this folder, try it on an imitation of its API, and write `docs/unseen.md`.

The exit code is 0 if everything is as the checks say.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import traceback
from pathlib import Path

from evidence.unseen.caller import MODES, Caller
from evidence.unseen.checks import databricks, elasticsearch, mathpix, stability, zamzar
from evidence.unseen.checks.check import Api, Check
from evidence.unseen.page import Tried, text
from evidence.unseen.servers.stage import Play, Stage

_REPOSITORY = Path(__file__).resolve().parents[2]
_PACKAGES = _REPOSITORY / ".unseen"

APIS = [module.API for module in (stability, mathpix, zamzar, elasticsearch, databricks)]


def main() -> int:
    """Run everything; returns the exit code."""
    parser = argparse.ArgumentParser(prog="unseen", description=__doc__)
    parser.add_argument("--only", choices=[api.name for api in APIS], help="try this API alone, and write no page")
    only = parser.parse_args().only
    for api in APIS:
        _generate(api)
    tried = [
        Tried(api, number, check, {mode: _problem(api, check, mode) for mode in MODES})
        for api in APIS
        if only in (None, api.name)
        for number, check in enumerate(api.checks, 1)
    ]
    for each in tried:
        print(f"{each.api.name} {each.number}: {each.word}", flush=True)
        for mode, problem in each.problems.items():
            if problem:
                print(f"    {mode}: {problem}")
    if only is None:
        (_REPOSITORY / "docs" / "unseen.md").write_text(text(tried), encoding="utf-8")
    return 1 if any(any(each.problems.values()) for each in tried) else 0


def _generate(api: Api) -> None:
    spec = Path(__file__).with_name(f"{api.name}.yaml")
    subprocess.run(
        [sys.executable, "-m", "bide", "generate", str(spec), "--out", str(_PACKAGES), "--force"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    sys.path.insert(0, str(_PACKAGES / api.name))


def _problem(api: Api, check: Check, mode: str) -> str:
    """What is other than the check says, or nothing."""
    with Stage(api.provider(Play())) as stage:
        try:
            with Caller(stage, api.name, api.path, api.secrets, mode) as caller:
                check.attempt(caller)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)
            line = next(each for each in reversed(place) if "unseen/checks" in each.filename or each is place[0])
            return f"{type(error).__name__}: {error} ({line.line}) after {[seen[:3] for seen in stage.seen][-6:]}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
