"""Tokens: in another process, in another version of the package, and invalid ones."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.live.brook import brook, written
from tests.live.brook_server import BrookServer
from tests.live.driver import Driver

RESUME = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
import brook_client
from brook_client import AsyncBrook, Brook
base_url, token = sys.argv[2:]
with Brook("another-key", base_url=base_url) as client:
    job = client.parcel.resume(token)
    print(brook_client.__version__, job.id, job.wait(timeout=5).text, job.token == token)
async def resume():
    async with AsyncBrook("another-key", base_url=base_url) as client:
        job = client.parcel.resume(token)
        print(brook_client.__version__, job.id, (await job.wait(timeout=5)).text, job.token == token)
asyncio.run(resume())
"""


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of Brook's package as a later Bide generates it."""
    provider = brook()
    newer = replace(provider, package=replace(provider.package, version="9.8.7"))
    return written(newer, tmp_path_factory.mktemp("newer"))


def test_another_process_resumes_a_job(driver: Driver, package: ModuleType, newer: Path) -> None:
    """A token is enough, for the same version of the package and for another one."""
    with BrookServer(lasts=0.1) as server:
        client = driver.client(package, server.url)
        job = driver.call(client.parcel.submit, name="x")
        for folder, version in [(Path(str(package.__file__)).parents[1], package.__version__), (newer, "9.8.7")]:
            run = subprocess.run(
                [sys.executable, "-c", RESUME, str(folder), server.url, job.token],
                capture_output=True,
                text=True,
                timeout=30,
            )
            assert run.returncode == 0, run.stderr
            assert [f"{version} j1 x True"] * 2 == run.stdout.splitlines()
        assert "x" == driver.call(job.wait).text
        assert 1 == len(server.submits)


def test_a_token_is_small_and_holds_no_secret(driver: Driver, package: ModuleType) -> None:
    """It is JSON with a version, the provider, the kind, the id and the time of the submit."""
    with BrookServer() as server:
        client = driver.client(package, server.url)
        job = driver.call(client.keyed.submit, name="secret-name")
        token = json.loads(job.token)
        assert {"bide": 1, "provider": "brook", "job": "keyed", "id": "j1"}.items() <= token.items()
        assert {"submitted_at"} == token.keys() - {"bide", "provider", "job", "id"}
        assert len(job.token.encode()) <= 2048
        for secret in ("secret-name", server.submits[0].headers["idempotency-key"], server.submits[0].headers["x-key"]):
            assert f'"{secret}"' not in job.token


def _token(**changes: Any) -> str:
    return json.dumps({"bide": 1, "provider": "brook", "job": "task", "id": "j1", "submitted_at": 1.0} | changes)


REFUSED: dict[str, Any] = {
    "empty": "",
    "no JSON": "j1",
    "cut": _token()[:-5],
    "a list": "[]",
    "nothing": "{}",
    "of another provider": _token(provider="creek"),
    "of another kind": _token(job="parcel"),
    "newer": _token(bide=2),
    "much newer": json.dumps({"bide": 99, "what": "we cannot know"}),
    "oversized": _token(id="j" * 3000),
    "long": _token(id="j" * 1900),
    "an id that is a path": _token(id=".."),
    "an empty id": _token(id=""),
    "an id with a line break": _token(id="j1\r\nX-Evil: 1"),
    "an id with half a character": _token()[:-1].replace('"j1"', '"\\ud800"') + "}",
    "an id that is a number": _token(id=7),
    "deep": "[" * 1000,
    "no text": 7,
    "bytes": b"{}",
    "None": None,
}


@pytest.mark.parametrize("what", REFUSED)
def test_an_invalid_token_is_refused_before_anything_is_sent(what: str, driver: Driver, package: ModuleType) -> None:
    """`InvalidToken` has the reason."""
    with BrookServer() as server:
        client = driver.client(package, server.url)
        with pytest.raises(package.InvalidToken) as caught:
            client.task.resume(REFUSED[what])
        assert "token" in str(caught.value)
        assert len(str(caught.value)) < 2100
        assert 0 == server.connections


@pytest.mark.parametrize(
    "id", ["a/b", "a?b=c", "a#b", "a%2Fb", "é", "日本", "a b", "../jobs/j2", "a;b", "j1&x=y", "$", "+"]
)
def test_any_id_is_one_segment(id: str, driver: Driver, package: ModuleType) -> None:
    """An id is percent-encoded, so that it cannot change the path, and decodes to itself."""
    with BrookServer() as server:
        client = driver.client(package, server.url)
        job = client.task.resume(_token(id=id))
        with pytest.raises(package.NotFound) as caught:
            driver.call(job.poll)
        assert id == caught.value.job_id == json.loads(caught.value.token)["id"]
        (request,) = server.requests
        assert 2 == request.target.count("/")
        assert not set("?#") & set(request.target)
