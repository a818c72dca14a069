"""A run with nothing to do ends at once, and only such a run."""

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
    """A folder after a run that read `acme.yaml` and wrote `out/made.py`, with a generator of one file."""
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
    """The output of such a run is cached, also if the spec was rewritten with the same text."""
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
    """Every change that may affect the package causes a full run."""
    change(noted)

    assert unchanged.answer(ARGUMENTS) is None


def test_another_run_is_not_cached(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A note is for the same arguments in the same folder."""
    assert unchanged.answer([*ARGUMENTS, "--out", "elsewhere"]) is None
    monkeypatch.chdir(noted / "generator")
    assert unchanged.answer(ARGUMENTS) is None


def test_bytecode_of_the_generator_is_ignored(noted: Path) -> None:
    """Python writes and removes it at any time."""
    (noted / "generator" / "__pycache__").mkdir()
    (noted / "generator" / "__pycache__" / "client.pyc").touch()

    assert unchanged.answer(ARGUMENTS) is not None


def test_a_cache_that_cannot_be_written(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run is then a full run, without an error."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(noted / "acme.yaml"))
    _note()

    assert unchanged.answer(ARGUMENTS) is None


def test_a_user_without_a_home(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is cached then, in particular not in the current folder."""
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    before = sorted(noted.iterdir())
    _note()

    assert sorted(noted.iterdir()) == before
    assert unchanged.answer(ARGUMENTS) is None


def test_the_output_of_a_concurrent_run_is_not_noted(noted: Path) -> None:
    """A note has the output of its own run."""
    (noted / "out" / "made.py").write_text("x = 2\n")
    _note()

    assert unchanged.answer(ARGUMENTS) is None


def test_a_removed_current_folder(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is cached, and that is no error."""
    (noted / "gone").mkdir()
    monkeypatch.chdir(noted / "gone")
    (noted / "gone").rmdir()
    _note()

    assert unchanged.answer(ARGUMENTS) is None


def _run(folder: Path, *arguments: str) -> tuple[str, bool]:
    """The output of `bide`, and whether it imported its command line."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bide", *arguments],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1], "click" in done.stderr


def test_the_second_run_is_cached(tmp_path: Path) -> None:
    """It prints the same and imports nothing; the first run after an edit is a full run."""
    (tmp_path / "acme.yaml").write_text(TEXT)
    first, again = _run(tmp_path, *ARGUMENTS), _run(tmp_path, *ARGUMENTS)
    (tmp_path / "acme.yaml").write_text(f"{TEXT}\n# an edit\n")
    edited = _run(tmp_path, *ARGUMENTS)

    count = first[0].split()[1]
    assert first == (f"acme: {count} added, 0 files unchanged", True)
    assert again == (f"acme: {count} files unchanged", False)
    assert edited == (f"acme: {count} files unchanged", True)


@pytest.mark.parametrize("more", [["--check"], ["--format", "json"]], ids=" ".join)
def test_options_with_more_output_are_not_cached(tmp_path: Path, more: list[str]) -> None:
    """Only the list of written files is cached."""
    (tmp_path / "acme.yaml").write_text(TEXT)
    _run(tmp_path, *ARGUMENTS)
    _run(tmp_path, *ARGUMENTS, *more)

    assert _run(tmp_path, *ARGUMENTS, *more)[1]


def test_a_spec_with_warnings_is_not_cached(tmp_path: Path) -> None:
    """Its warnings are printed each time."""
    (tmp_path / "acme.yaml").write_text(TEXT.replace("models:\n", "models:\n  Idle: {fields: {id: string}}\n"))
    _run(tmp_path, *ARGUMENTS)

    assert _run(tmp_path, *ARGUMENTS)[1]


def test_watch_is_not_cached(tmp_path: Path) -> None:
    """A watch that has written everything does not end."""
    (tmp_path / "acme.yaml").write_text(TEXT)
    for _ in range(2):
        with _started(tmp_path, *ARGUMENTS, "--watch") as process:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            assert any(line.startswith("watching ") for line in lines)
            process.kill()


def test_two_names_of_one_spec_are_not_cached(tmp_path: Path) -> None:
    """A link to the other spec may become a spec of its own, which is an error."""
    (tmp_path / "acme.yaml").write_text(TEXT)
    (tmp_path / "more.yaml").symlink_to("acme.yaml")
    both = [*ARGUMENTS, "more.yaml"]
    _run(tmp_path, *both)

    assert _run(tmp_path, *both)[1]


def test_a_cached_run_with_closed_output(tmp_path: Path) -> None:
    """It ends as a full run would, without a traceback."""
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
