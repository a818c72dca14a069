"""The text of each problem: a folder for each code, with a spec and the printed text.

`--update-golden` rewrites the texts. A file `times` has the number of repetitions of the text in the spec.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bide.cli.app import main
from bide.lint.codes import all_pages

FOLDERS = sorted(folder for folder in (Path(__file__).parent / "bad_specs").iterdir() if folder.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_text_of_a_problem(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    """The spec in a folder has the problem of the folder's name, and the text equals the reviewed one."""
    shutil.copy(folder / "spec.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    if (folder / "times").exists():
        spec = tmp_path / "spec.yaml"
        spec.write_bytes(spec.read_bytes() * int((folder / "times").read_text()))

    code = main(["check", "spec.yaml"])

    said = capsys.readouterr()
    seen = said.err + said.out
    if request.config.getoption("--update-golden"):
        (folder / "expected.txt").write_text(seen)
    assert (folder / "expected.txt").read_text() == seen
    severity = all_pages()[folder.name].severity
    assert f": {severity}[{folder.name}]: " in seen
    assert code == ("error[" in seen)


def test_every_code_has_a_folder() -> None:
    """And every folder is of a code."""
    assert {folder.name for folder in FOLDERS} == set(all_pages())


def test_codes_have_their_severity() -> None:
    """A code is always an error or always a warning, as its page says."""
    seen = "\n".join((folder / "expected.txt").read_text() for folder in FOLDERS)
    found = set(re.findall(r"^\S+: (error|warning)\[([a-z-]+)\]", seen, re.MULTILINE))

    assert {code: severity for severity, code in found} == {
        code: page.severity for code, page in all_pages().items() if code in {code for _, code in found}
    }
    assert len(found) == len(all_pages())
