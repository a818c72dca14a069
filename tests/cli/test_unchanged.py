"""A run that has nothing to do says so at once, and one that has something to do never does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bide.cli import unchanged
from tests.acme_spec import TEXT

ARGUMENTS = ["generate", "acme.yaml"]


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder after a run that read `acme.yaml` and wrote `out/made.py`, with a generator that is one file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(unchanged, "__file__", str(tmp_path / "generator" / "cli" / "unchanged.py"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "generator" / "templates").mkdir(parents=True)
    (tmp_path / "generator" / "templates" / "client.jinja").write_text("class")
    (tmp_path / "acme.yaml").write_text("bide: 1\n")
    (tmp_path / "lib" / "site-packages").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path / "lib" / "site-packages"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "made.py").write_text("x = 1\n")
    _note()
    return tmp_path


def _note() -> None:
    files = {"out/made.py": b"x = 1\n", "stage": None}
    unchanged.keep(ARGUMENTS, {"acme.yaml": "bide: 1\n"}, files, "acme: 1 file unchanged")


def test_nothing_has_changed(noted: Path) -> None:
    """What such a run would say is known, also after the spec was written anew with the same text."""
    (noted / "acme.yaml").write_text("bide: 1\n")

    assert unchanged.answer(ARGUMENTS) == "acme: 1 file unchanged"


CHANGES: dict[str, Callable[[Path], object]] = {
    "another text in the spec": lambda folder: (folder / "acme.yaml").write_text("bide: 2\n"),
    "no spec": lambda folder: (folder / "acme.yaml").unlink(),
    "an edit of what was made": lambda folder: (folder / "out" / "made.py").write_text("x = 22\n"),
    "an edit of the same length": lambda folder: os.utime(folder / "out" / "made.py", ns=(0, 0)),
    "what was made is gone": lambda folder: (folder / "out" / "made.py").unlink(),
    "a link in its place": lambda folder: (folder / "out" / "made.py").rename("a")
    and os.symlink("../a", "out/made.py"),
    "a link in place of its folder": lambda folder: (folder / "out").rename("a") and os.symlink("a", "out"),
    "it cannot be read": lambda folder: (folder / "out" / "made.py").chmod(0o200),
    "something was installed": lambda folder: (folder / "lib" / "site-packages" / "black-27.dist-info").mkdir(),
    "something left half done": lambda folder: (folder / "stage").mkdir(),
    "another template": lambda folder: (folder / "generator" / "templates" / "client.jinja").write_text("class Client"),
    "one template more": lambda folder: (folder / "generator" / "templates" / "more.jinja").touch(),
    "a note cut short": lambda folder: [note.write_text("x") for note in (folder / "cache" / "bide").iterdir()],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_something_has_changed(noted: Path, change: Callable[[Path], object]) -> None:
    """Whatever may lead to another package has the run look again."""
    change(noted)

    assert unchanged.answer(ARGUMENTS) is None


def test_another_run(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A note is for the same arguments in the same folder."""
    assert unchanged.answer([*ARGUMENTS, "--out", "elsewhere"]) is None
    monkeypatch.chdir(noted / "generator")
    assert unchanged.answer(ARGUMENTS) is None


def test_what_python_keeps_of_the_generator_is_not_looked_at(noted: Path) -> None:
    """Bytecode comes and goes."""
    (noted / "generator" / "__pycache__").mkdir()
    (noted / "generator" / "__pycache__" / "client.pyc").touch()

    assert unchanged.answer(ARGUMENTS) is not None


def test_a_cache_that_cannot_be_written(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then each run takes its time, and nothing else happens."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(noted / "acme.yaml"))
    _note()

    assert unchanged.answer(ARGUMENTS) is None


def test_a_user_without_a_home(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is noted then, least of all in the folder that happens to be the current one."""
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    before = sorted(noted.iterdir())
    _note()

    assert sorted(noted.iterdir()) == before
    assert unchanged.answer(ARGUMENTS) is None


def test_what_another_run_wrote_meanwhile_is_not_noted(noted: Path) -> None:
    """A note says what this run made of its specs, and not what it finds there."""
    (noted / "out" / "made.py").write_text("x = 2\n")
    _note()

    assert unchanged.answer(ARGUMENTS) is None


def test_a_folder_that_is_gone(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no current folder, nothing is noted, and that is no error."""
    (noted / "gone").mkdir()
    monkeypatch.chdir(noted / "gone")
    (noted / "gone").rmdir()
    _note()

    assert unchanged.answer(ARGUMENTS) is None


def _run(folder: Path, *arguments: str) -> tuple[str, bool]:
    """What `bide` prints, and whether it loaded its command line for that."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bide", *arguments],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1], "click" in done.stderr


def test_the_second_run_is_spared_its_work(tmp_path: Path) -> None:
    """It prints what it would print, and loads nothing; the first after an edit works again."""
    (tmp_path / "acme.yaml").write_text(TEXT)
    first, again = _run(tmp_path, *ARGUMENTS), _run(tmp_path, *ARGUMENTS)
    (tmp_path / "acme.yaml").write_text(f"{TEXT}\n# an edit\n")
    edited = _run(tmp_path, *ARGUMENTS)

    count = first[0].split()[1]
    assert first == (f"acme: {count} added, 0 files unchanged", True)
    assert again == (f"acme: {count} files unchanged", False)
    assert edited == (f"acme: {count} files unchanged", True)


@pytest.mark.parametrize("more", [["--check"], ["--format", "json"]], ids=" ".join)
def test_who_asks_for_more_gets_it(tmp_path: Path, more: list[str]) -> None:
    """What says more than which files were written is worked out each time."""
    (tmp_path / "acme.yaml").write_text(TEXT)
    _run(tmp_path, *ARGUMENTS)
    _run(tmp_path, *ARGUMENTS, *more)

    assert _run(tmp_path, *ARGUMENTS, *more)[1]


def test_warnings_are_told_each_time(tmp_path: Path) -> None:
    """A spec with a warning is looked at again, so that it is not forgotten."""
    (tmp_path / "acme.yaml").write_text(TEXT.replace("models:\n", "models:\n  Idle: {fields: {id: string}}\n"))
    _run(tmp_path, *ARGUMENTS)

    assert _run(tmp_path, *ARGUMENTS)[1]


def test_who_watches_goes_on_watching(tmp_path: Path) -> None:
    """A watch that has written everything is not taken for a run that has nothing to do."""
    (tmp_path / "acme.yaml").write_text(TEXT)
    for _ in range(2):
        with _started(tmp_path, *ARGUMENTS, "--watch") as process:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            assert any(line.startswith("watching ") for line in lines)
            process.kill()


def test_two_names_of_one_spec_are_told_apart_later(tmp_path: Path) -> None:
    """What was a link to the other spec may become a spec of its own, which is an error."""
    (tmp_path / "acme.yaml").write_text(TEXT)
    (tmp_path / "more.yaml").symlink_to("acme.yaml")
    both = [*ARGUMENTS, "more.yaml"]
    _run(tmp_path, *both)

    assert _run(tmp_path, *both)[1]


def test_nobody_listens(tmp_path: Path) -> None:
    """An answer that cannot be printed ends as the run would have ended, without a traceback."""
    (tmp_path / "acme.yaml").write_text(TEXT)
    _run(tmp_path, *ARGUMENTS)
    with _started(tmp_path, *ARGUMENTS) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert process.stderr.read() == ""
        assert process.wait() == 1


def _started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bide", *arguments],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
