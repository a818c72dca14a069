"""The specs of the gallery: clean, generated, and each job run on its simulator by the package's own command."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from shlex import split
from typing import Any

import pytest
import yaml
from bide_runtime.apps.catalog.catalog import Catalog
from bide_runtime.apps.cli import run
from bide_runtime.apps.cli.jobs import example_of

from bide import gallery
from bide.cli.app import main
from bide.ir import Provider
from bide.lint.pipeline import checked, read_spec
from bide.simulator import Simulator
from tests.live.brook import packed
from tests.own_tests import own_tests

REPOSITORY = Path(__file__).parents[2]
SPEED = 40.0
NAMES = gallery.names()


@cache
def _spec(name: str) -> Provider:
    return read_spec(f"{name}.yaml", gallery.text(name))


JOBS = [pytest.param(name, job.name, id=f"{name}-{job.name}") for name in NAMES for job in _spec(name).jobs]
OPERATIONS = [
    pytest.param(name, each.name, id=f"{name}-{each.name}") for name in NAMES for each in _spec(name).operations
]


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """The folder of each package, which can be imported."""
    folder = tmp_path_factory.mktemp("gallery")
    before = list(sys.path)
    for name in NAMES:
        packed(_spec(name), folder / name)
    yield {name: folder / name for name in NAMES}
    sys.path[:] = before


@pytest.fixture(autouse=True)
def _with_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples of uploads name a file in the current folder."""
    (tmp_path / "example.bin").write_bytes(b"example")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_it_has_no_problem(name: str) -> None:
    """No error, no warning, and none silenced; the file has the name of its spec."""
    assert checked(name, gallery.text(name))[1] == []
    assert "bide: allow" not in gallery.text(name)
    assert name == _spec(name).name


@pytest.mark.parametrize("name", NAMES)
def test_it_says_where_it_is_from(name: str) -> None:
    """Each job, lifecycle, operation and enum names a source, and each environment variable begins with its name."""
    document = yaml.safe_load(gallery.text(name))
    named = [part for key in ("jobs", "lifecycles", "operations", "enums") for part in document.get(key, {}).values()]

    assert all(part["source"] in document["sources"] for part in [*named, *document["errors"]])
    assert all(secret.env.startswith(f"{name.upper()}_") for secret in _spec(name).auth)


@pytest.mark.parametrize("name", NAMES)
def test_the_tests_of_its_package_pass(name: str, packages: dict[str, Path]) -> None:
    """The quick ones of the generated tests: without batches, and without those that play many random runs."""
    [folder] = {path.parent for path in packages[name].rglob("pyproject.toml")}
    done = own_tests(folder, "-k", "not whatever", "--ignore", "tests/test_batches.py", "tests")

    assert done.returncode == 0, done.stdout


def _words(package: str, name: str) -> list[str]:
    catalog = Catalog.of(package)
    entry = (catalog.jobs | catalog.operations)[name]
    assert entry.command is not None
    assert entry.example is not None, "each job and operation has an example"
    to = ["--to", "result"] if name in catalog.jobs else []
    return [entry.command, *(["run"] if name in catalog.jobs else []), *split(example_of(entry)), *to]


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(("name", "action"), [*JOBS, *OPERATIONS])
def test_it_runs_on_its_simulator(name: str, action: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:
    """Each job waits and brings its result, each operation its reply."""
    spec = _spec(name)
    for variable in spec.variables:
        if variable.env is not None:
            monkeypatch.setenv(variable.env, "acme")
    with Simulator(spec, key="key", speed=SPEED, scenarios="- scenario: succeed; duration=1") as simulator:
        for secret in spec.auth:
            monkeypatch.setenv(secret.env, "key")
        monkeypatch.setenv(f"{name.upper()}_BASE_URL", simulator.url)
        monkeypatch.setenv("BIDE_SPEED", f"{SPEED:g}")
        code = run(f"{name}_client", _words(f"{name}_client", action))
        made = simulator.state()["jobs"]

    assert 0 == code, capfdbinary.readouterr().err.decode()
    assert not any(job["early_polls"] for job in made)
    assert bool(made) == any(job.name == action for job in spec.jobs)


def test_the_page_lists_every_spec() -> None:
    """`docs/gallery.md` has a row for each spec, in the order of their names, with its jobs and operations."""
    page = (REPOSITORY / "docs" / "gallery.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\]\(\S+\) \| (.*?) \| (.*?) \|", page, re.MULTILINE)

    assert [
        (
            name,
            " ".join(f"`{job.name}`" for job in _spec(name).jobs),
            " ".join(f"`{e.name}`" for e in _spec(name).operations),
        )
        for name in NAMES
    ] == [(name, jobs.strip(), operations.strip()) for name, jobs, operations in rows]


@pytest.mark.parametrize("name", NAMES)
def test_a_new_spec_from_it_is_clean(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`bide new --from` copies a spec with the name, title, class and environment variables of the new one."""
    assert 0 == main(["new", "acme_two", "--from", name, "--title", "Acme: Two"])
    assert 0 == main(["check", "--strict", "specs/acme_two.yaml"]), capsys.readouterr().err
    text = Path("specs/acme_two.yaml").read_text(encoding="utf-8")
    copy = read_spec("acme_two.yaml", text)

    assert ("acme_two", "Acme: Two") == (copy.name, copy.title)
    assert "class: AcmeTwo\n" in text
    assert text.startswith("# yaml-language-server: $schema=bide.schema.json\n")
    assert all(secret.env.startswith("ACME_TWO_") for secret in copy.auth)
    assert [job.name for job in _spec(name).jobs] == [job.name for job in copy.jobs]


def test_an_unknown_spec_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The error lists those that there are, and nothing is written."""
    assert 2 == main(["new", "acme", "--from", "replicant"])
    assert f"the gallery has no spec replicant: it has {', '.join(NAMES)} (--from)" in capsys.readouterr().err
    assert not Path("specs").exists()


def test_other_options_do_not_go_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    """What the copy would ignore is refused."""
    assert 2 == main(["new", "acme", "--from", "replicate", "--job", "task"])
    assert "--job does not go with --from: edit the copy instead" in capsys.readouterr().err
