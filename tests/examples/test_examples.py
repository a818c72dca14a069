"""The programs of `examples/`, against simulators. Those that need more than Bide run in `make examples`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.docs.reader import REPOSITORY

EXAMPLES = REPOSITORY / "examples"
PROVIDERS = ("anakin", "scrapio")


def _needs(*libraries: str) -> pytest.MarkDecorator:
    missing = [each for each in libraries if find_spec(each) is None]
    return pytest.mark.skipif(bool(missing), reason=f"make examples installs {', '.join(missing)}")


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The variables that `bide serve` prints, of a simulator for two providers."""
    command = [sys.executable, "-m", "bide", "serve", *(f"specs/{name}.yaml" for name in PROVIDERS)]
    with ExitStack() as stack:
        command += ["--port", "0", "--speed", "100"]
        process = stack.enter_context(subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True))
        stack.callback(process.terminate)
        assert process.stdout is not None
        found = {}
        while len(found) < 2 * len(PROVIDERS) + 1:
            line = process.stdout.readline()
            assert line
            if line.startswith("  export "):
                name, _, value = line.removeprefix("  export ").strip().partition("=")
                found[name] = value
        paths = [*(REPOSITORY / "generated" / name for name in PROVIDERS), EXAMPLES]
        yield {**os.environ, **found, "PYTHONPATH": os.pathsep.join(map(str, paths))}


def _run(environment: dict[str, str], *arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=120, cwd=EXAMPLES
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_batch_goes_on(environment: dict[str, str], tmp_path: Path) -> None:
    """The second run has nothing left to do, and a new line is all that the third one does."""
    pages, results = tmp_path / "pages.jsonl", tmp_path / "results.jsonl"
    pages.write_text("".join(f'{{"url": "https://example.com/{number}"}}\n' for number in range(5)))

    assert "5 done, 0 failed\n" == _run(environment, "jsonl_batch.py", pages, results)
    assert "0 done, 0 failed\n" == _run(environment, "jsonl_batch.py", pages, results)
    with pages.open("a") as file:
        file.write('{"url": "https://example.com/new"}\n')
    assert "1 done, 0 failed\n" == _run(environment, "jsonl_batch.py", pages, results)
    assert ["done"] * 6 == [json.loads(line)["outcome"] for line in results.read_text().splitlines()]


def test_one_function_for_two_providers(environment: dict[str, str]) -> None:
    """The first is asked; the second if the first cannot be reached."""
    page = ("two_providers.py", "https://example.com")
    assert _run(environment, *page).startswith("anakin: ")
    assert _run({**environment, "ANAKIN_BASE_URL": "http://127.0.0.1:9/v1"}, *page).startswith("scrapio: ")


def test_a_trace(environment: dict[str, str]) -> None:
    """The span of the job, and those of its requests."""
    printed = _run(environment, "opentelemetry_console.py", "https://example.com")
    assert '"name": "scrape a page"' in printed
    assert '"name": "POST"' in printed
    assert '"name": "GET"' in printed


def test_tests_with_the_fake(environment: dict[str, str]) -> None:
    """They pass, without a simulator."""
    plugin = ["-p", "anakin_client.pytest_plugin", "-p", "no:cacheprovider"]
    assert "3 passed" in _run(environment, "-m", "pytest", "-q", "-c", os.devnull, *plugin, "test_with_fake.py")


@_needs("fastapi")
def test_a_service_with_a_webhook(environment: dict[str, str], tmp_path: Path) -> None:
    """A submit is answered at once, a genuine webhook ends the job, a forged one is refused."""
    _run(environment, "-m", "bide", "generate", EXAMPLES / "pigeon.yaml", "--out", tmp_path)
    path = os.pathsep.join([environment["PYTHONPATH"], str(tmp_path / "pigeon")])
    code = """
from fastapi_service import service
from pigeon_client.testing import FakePigeon
from starlette.testclient import TestClient

fake = FakePigeon()
client = fake.async_client()
web = TestClient(service(client))
fake.flight.succeeds({"status": "arrived", "answer": "yes"}, after=60)
id = web.post("/letters", json={"letter": "Come home."}).json()["id"]
print(web.get(f"/letters/{id}").json())
fake.advance(60)
body, headers = fake.webhook(client.flight.attach(id))
print(web.post("/webhooks/pigeon", content=body, headers={**headers, "webhook-signature": "v1,bm8="}).status_code)
print(web.post("/webhooks/pigeon", content=body, headers=headers).status_code)
print(web.get(f"/letters/{id}").json(), web.get("/letters/none").status_code)
"""
    printed = _run({**environment, "PYTHONPATH": path}, "-W", "ignore", "-c", code).splitlines()
    assert "{'state': 'running'}" == printed[0]
    assert ["400", "204", "{'state': 'done', 'answer': 'yes'} 404"] == printed[1:]


@_needs("django")
def test_an_admin_action(environment: dict[str, str], tmp_path: Path) -> None:
    """The action submits the chosen rows and stores their tokens; the other one stores the results."""
    code = """
import time
import django_admin as example
from django.test import Client

example.create()
web = Client()
web.force_login(example.User.objects.get())
page = example.Page.objects.create(url="https://example.com")

def act(name):
    chosen = {"action": name, "_selected_action": [page.pk]}
    assert 302 == web.post("/pages/page/", chosen).status_code
    page.refresh_from_db()
    return page.state

print(act("submit"), bool(page.token))
until = time.monotonic() + 30
while act("refresh") in ("pending", "running") and time.monotonic() < until:
    time.sleep(0.1)
print(page.state, web.get("/pages/page/").status_code)
"""
    changed = {**environment, "PAGES_DB": str(tmp_path / "pages.sqlite3")}
    assert "pending True\nsucceeded 200\n" == _run(changed, "-c", code)


@_needs("nbclient", "ipykernel", "pandas", "matplotlib")
def test_the_notebook(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each cell runs; there is a table of twelve rows, and a picture."""
    import nbformat
    from nbclient import NotebookClient

    for name in ("PYTHONPATH", "BIDE_SPEED", "ANAKIN_API_KEY", "ANAKIN_BASE_URL"):
        monkeypatch.setenv(name, environment[name])
    notebook = nbformat.read(EXAMPLES / "pages.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    outputs = [each for cell in notebook.cells if cell.cell_type == "code" for each in cell.outputs]
    kinds = {kind for each in outputs for kind in each.get("data", {})}
    assert {"text/html", "image/png"} <= kinds
    assert any(each["data"]["text/html"].count("<tr>") == 12 for each in outputs if "text/html" in each.get("data", {}))


def test_each_example_is_listed() -> None:
    """The page of examples has each file, and each says how to run it."""
    page = (REPOSITORY / "docs" / "examples.md").read_text(encoding="utf-8")
    for path in [*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.ipynb")]:
        assert f"[{path.name}](../examples/{path.name})" in page
        assert re.search(r"PYTHONPATH=|`make ", path.read_text(encoding="utf-8")), path.name
