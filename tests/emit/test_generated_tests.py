"""The generated tests of a package: they are complete, and detect broken promises."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.testing.checks.stories import Job

from bide.emit.render import render
from bide.lint.pipeline import read_spec
from tests.acme_spec import TEXT, changed
from tests.docs.reader import blocks
from tests.live.brook import SPEC, brook, written
from tests.own_tests import own_tests

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of a made-up provider, with its own copy of the runtime, which the tests below break."""
    return written(brook(), tmp_path_factory.mktemp("brook"), vendor=True)


def test_a_new_provider_gets_all_tests() -> None:
    """From the spec alone: models, examples, requests, waiting and batches, and streams if there are any."""
    names = {Path(path).name for path in render(brook()) if Path(path).parent.name == "tests"}

    assert names == {
        "conftest.py",
        "spec.py",
        "test_models.py",
        "test_examples.py",
        "test_requests.py",
        "test_waiting.py",
        "test_batches.py",
    }


def test_a_provider_without_examples_gets_the_others() -> None:
    """Missing parts of a spec have no tests, and no file is empty."""
    lines = [line for line in SPEC.splitlines() if not line.lstrip().startswith(("examples:", "- {source"))]
    files = render(read_spec("brook.yaml", "\n".join(lines)))
    tests = {Path(path).name: text for path, text in files.items() if Path(path).parent.name == "tests"}

    assert "test_examples.py" not in tests
    assert all("def test_" in text for name, text in tests.items() if name.startswith("test_"))


def test_a_cancel_is_tested_if_a_status_means_cancelled() -> None:
    """Otherwise the end of a wait after a cancel is not defined."""
    states = "      cancelled: cancelled\n"
    spec = changed((states, ""), ("running: [completed, partial, failed, cancelled]", "running: [completed, failed]"))
    spec = spec.replace("queued: [running, cancelled]", "queued: [running]")
    spec = spec.replace("      cancelled: It was cancelled.\n", "")
    with_it, without_it = (render(read_spec("acme.yaml", text))["tests/test_waiting.py"] for text in (TEXT, spec))

    assert "def test_a_job_can_be_cancelled" in with_it
    assert "def test_a_job_can_be_cancelled" not in without_it


@pytest.mark.parametrize(("longest", "lasts"), [(0.001, 10.0), (0.1, 10.0), (1.0, 100.0), (5.0, 300.0)])
def test_jobs_that_are_polled_often_have_short_stories(longest: float, lasts: float) -> None:
    """At 10 polls per second, 5 minutes of virtual time would be thousands of polls."""
    submit: Any = None
    job = Job(
        name="task", submit=submit, states={}, poll="", min_interval=0.001, interval=(0.001, longest), timeout=60.0
    )

    assert lasts == job.lasting(300.0)


CHOSEN = (
    "tests/test_requests.py",
    "tests/test_waiting.py",
    "-k",
    # Shrinking a failing property would take long.
    "(task or keyed) and not whatever and not specified",
)
"""The tests that run on a broken package."""


def test_an_unchanged_package_passes(package: Path) -> None:
    """The failures below are caused by the sabotage."""
    result = own_tests(package, "-x", *CHOSEN)

    assert result.returncode == 0, result.stdout


def test_an_old_copy_is_not_tested(package: Path, tmp_path: Path) -> None:
    """The tests import the files beside them, also if another copy is installed."""
    site = tmp_path / "site"
    shutil.copytree(package / "brook_client", site / "brook_client")
    (site / "brook_client" / "client.py").write_text("raise RuntimeError('an old copy')\n")
    info = site / "brook_client-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: brook-client\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[pytest11]\nbrook_client = brook_client.pytest_plugin\n")

    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "tests/test_requests.py"]
    env = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(command, cwd=package, env=env, capture_output=True, text=True)

    assert "brook" in done.stdout.partition("plugins:")[2].partition("\n")[0]
    assert done.returncode == 0, done.stdout


SABOTAGE = {
    "the minimum interval is forgotten": (
        "_runtime/jobs/min_interval.py",
        "now + record.kind.polling.min_interval",
        "now",
    ),
    "retry_after is ignored": (
        "_runtime/jobs/record.py",
        "max(self.not_before, now + min(seconds, MAX_RETRY_AFTER))",
        "now",
    ),
    "a transient error ends the wait": ("_runtime/waiting/poll.py", "TransportError | NotJson) or", "NotJson) or"),
    "an unknown status is an end": ("_runtime/jobs/lifecycle.py", "State.RUNNING", "State.SUCCEEDED"),
    "a lost submit is sent again": (
        "_runtime/waiting/submits/submit.py",
        "idempotent=key is not None",
        "idempotent=True",
    ),
    "the key goes elsewhere": ("_provider.py", '"X-Key"', '"X-Kay"'),
}


@pytest.mark.parametrize("what", SABOTAGE)
def test_a_broken_promise_fails_the_tests(what: str, package: Path, tmp_path: Path) -> None:
    """A package that breaks a promise does not pass its own tests."""
    where, right, wrong = SABOTAGE[what]
    folder = shutil.copytree(package, tmp_path / "broken")
    file = folder / "brook_client" / where
    text = file.read_text("utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong), "utf-8")

    result = own_tests(folder, "-x", *CHOSEN)

    assert result.returncode == 1, result.stdout


def test_the_tests_of_the_page_on_testing_pass(tmp_path: Path) -> None:
    """The test file of the page runs, and its fixture checks the promises."""
    [block] = [block for block in blocks(REPOSITORY / "docs" / "testing.md") if "def test_" in block.code]
    shutil.copytree(REPOSITORY / "generated" / "anakin" / "anakin_client", tmp_path / "anakin_client")
    (tmp_path / "test_pages.py").write_text(block.code, "utf-8")
    installed = 'pytest_plugins = ["anakin_client.pytest_plugin"]\n'  # an installed package registers the plugin itself
    (tmp_path / "conftest.py").write_text(installed, "utf-8")

    result = own_tests(tmp_path, "test_pages.py")

    assert "2 passed" in result.stdout, result.stdout
