"""What can be counted does not slide back: modules that an import loads, looks at a job."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bide.runtime.schedule import Adaptive, Polling

REPOSITORY = Path(__file__).parents[1]

ENGINES = ("asyncio", "ssl", "socket", "http.client", "urllib3", "aiohttp", "httpx2", "email", "rich")
"""What a program that has only imported a package needs none of."""


def loaded(provider: str) -> set[str]:
    """The modules that a new process has loaded after `import <provider>_client`."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {provider}_client; print(*sys.modules)"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=REPOSITORY / "generated" / provider,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("provider", ["anakin", "knowledgesdk", "scrapio"])
def test_an_import_loads_no_engine(provider: str) -> None:
    """Engines, asyncio and TLS come with the first request."""
    assert not loaded(provider).intersection(ENGINES)


def test_an_import_loads_few_modules() -> None:
    """168 with Python 3.11, its own included; another dependency at import shows here."""
    assert 190 > len(loaded("anakin"))


@pytest.mark.parametrize("spec", ["knowledgesdk", "scrapio"])
def test_a_good_spec_needs_neither_black_nor_jsonschema(spec: str, tmp_path: Path) -> None:
    """Both are slow to load and to work: they are for long statements of a rare form, and for what is wrong."""
    made = f"from bide import cli; cli.main(['generate', 'specs/{spec}.yaml', '--out', {str(tmp_path)!r}])"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {made}; print(*sys.modules)"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=REPOSITORY,
    )

    assert (tmp_path / spec).is_dir()
    assert not {"black", "jsonschema"}.intersection(done.stdout.split())


def test_waits_look_seldom() -> None:
    """A job of the usual length is looked at as often as planned, and no oftener."""
    policy, age, looks = Adaptive(Polling(interval=(2.0, 5.0), typical=(3.0, 15.0))), 0.0, 0
    while age < 6.7:
        age += policy.pause(polls=looks, age=age, chance=0.5)
        looks += 1

    assert 3 >= looks
