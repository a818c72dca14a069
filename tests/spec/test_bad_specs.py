"""What a person sees of each problem: a folder for each code, with a spec and the text that comes of it.

`--update-golden` takes over what comes of the specs now. A file `times` says how often the text stands in the spec.
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
def test_what_is_seen(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    """The spec in a folder has the problem that the folder is called after, and the text is the one we reviewed."""
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
    """No code lacks an example of what is seen of it, and no folder is of another code."""
    assert {folder.name for folder in FOLDERS} == set(all_pages())


def test_codes_are_told_with_their_severity() -> None:
    """A code is always an error or always a warning, as its page says."""
    seen = "\n".join((folder / "expected.txt").read_text() for folder in FOLDERS)
    found = set(re.findall(r"^\S+: (error|warning)\[([a-z-]+)\]", seen, re.MULTILINE))

    assert {code: severity for severity, code in found} == {
        code: page.severity for code, page in all_pages().items() if code in {code for _, code in found}
    }
    assert len(found) == len(all_pages())
