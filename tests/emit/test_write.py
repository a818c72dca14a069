"""Writing packages: what is written, what is kept, and the state after a failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.emit.journal import Disk, NotWritten, is_half_done, stays_inside
from bide.emit.write import MANIFEST, Package, difference, drift, write

OLD = {"README.md": "# Acme\n", "acme/__init__.py": "", "acme/client.py": "old\n", "acme/models/page.py": "page\n"}
NEW = {
    "README.md": "# Acme\n",
    "acme/__init__.py": "",
    "acme/client.py": "new\n",
    "tests/test_acme.py": "assert True\n",
}


def package(files: dict[str, str], *, name: str = "acme") -> Package:
    return Package(name=name, files=files, spec_file=f"{name}.yaml")


def texts(folder: Path) -> dict[str, str]:
    """Every file below *folder* except the manifests, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def folders(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_dir()}


# --- writing ---------------------------------------------------------------------------------------------------------


def test_writes_the_package(tmp_path: Path) -> None:
    """After a write the folder holds the package, a manifest, and nothing else."""
    [change] = write(tmp_path / "generated", [package(OLD)])

    assert texts(tmp_path / "generated" / "acme") == OLD
    assert change.added == sorted([*OLD, MANIFEST])
    assert folders(tmp_path) == {"generated", "generated/acme", "generated/acme/acme", "generated/acme/acme/models"}


def test_lists_the_changes(tmp_path: Path) -> None:
    """A second write lists the files that it added, changed, removed and kept."""
    write(tmp_path, [package(OLD)])

    [change] = write(tmp_path, [package(NEW)])

    assert texts(tmp_path / "acme") == NEW
    assert change.added == ["tests/test_acme.py"]
    assert change.changed == [MANIFEST, "acme/client.py"]
    assert change.removed == ["acme/models/page.py"]
    assert change.unchanged == ["README.md", "acme/__init__.py"]


def test_writes_nothing_twice(tmp_path: Path) -> None:
    """Writing the same package again changes no file."""
    write(tmp_path, [package(OLD)])
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    [change] = write(tmp_path, [package(OLD)])

    assert not change
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_empty_folders_are_removed(tmp_path: Path) -> None:
    """A folder with other files stays."""
    write(tmp_path, [package({"a/b/c.py": "", "d/e.py": ""})])
    (tmp_path / "acme/d/mine.txt").write_text("mine")

    write(tmp_path, [package({"f.py": ""})])

    assert folders(tmp_path / "acme") == {"d"}
    assert texts(tmp_path / "acme") == {"d/mine.txt": "mine", "f.py": ""}


def test_line_ends_and_encoding_are_the_same_everywhere(tmp_path: Path) -> None:
    """Files have LF and UTF-8, for any machine and any text."""
    write(tmp_path, [package({"a.py": "é\r\nb\rc\n"})])

    assert (tmp_path / "acme/a.py").read_bytes() == "é\nb\nc\n".encode()


def test_manifest_lists_what_was_written(tmp_path: Path) -> None:
    """The manifest is sorted, and has the version of Bide, the spec, and the digest of each file."""
    write(tmp_path, [package({"b.py": "", "a.py": ""})])

    manifest = json.loads((tmp_path / "acme" / MANIFEST).read_text())

    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert list(manifest["files"].items()) == [("a.py", empty), ("b.py", empty)]
    assert manifest["spec"] == "acme.yaml"
    assert manifest["bide"]


def test_a_file_that_is_gone_is_written_again(tmp_path: Path) -> None:
    """A missing file of an old output is added again."""
    write(tmp_path, [package(OLD)])
    (tmp_path / "acme/README.md").unlink()

    [change] = write(tmp_path, [package(OLD)])

    assert change.added == ["README.md"]


# --- files that are kept ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["acme/client.py", "acme/models/page.py"])
def test_edits_are_not_lost(tmp_path: Path, path: str) -> None:
    """A file edited by hand is neither changed nor removed, and the error names it and says what to do."""
    write(tmp_path, [package(OLD)])
    (tmp_path / "acme" / path).write_text("mine")
    before = texts(tmp_path)

    with pytest.raises(NotWritten, match=rf"edited by hand: {path}\).*--force"):
        write(tmp_path, [package(NEW)])

    assert texts(tmp_path) == before


def test_files_of_others_are_not_lost(tmp_path: Path) -> None:
    """A file that Bide did not write is not overwritten, even at the path of a generated file."""
    write(tmp_path, [package(OLD)])
    (tmp_path / "acme/tests").mkdir()
    (tmp_path / "acme/tests/test_acme.py").write_text("mine")

    with pytest.raises(NotWritten, match=r"not written by Bide: tests/test_acme\.py"):
        write(tmp_path, [package(NEW)])


def test_force_overwrites_edits(tmp_path: Path) -> None:
    """With force, the folder holds the package, whatever was there."""
    write(tmp_path, [package(OLD)])
    for path in ("acme/client.py", "acme/models/page.py"):
        (tmp_path / "acme" / path).write_text("mine")

    write(tmp_path, [package(NEW)], force=True)

    assert texts(tmp_path / "acme") == NEW


def test_an_edit_equal_to_the_new_output_is_no_edit(tmp_path: Path) -> None:
    """A file that already has its new content is not a conflict."""
    write(tmp_path, [package(OLD)])
    (tmp_path / "acme/acme/client.py").write_text("new\n")

    [change] = write(tmp_path, [package(NEW)])

    assert "acme/client.py" in change.unchanged


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"files": []}', '{"files": {"a": 1}}', "[" * 100_000])
def test_a_damaged_manifest_is_not_trusted(tmp_path: Path, manifest: str) -> None:
    """It is an error that names the manifest; with force, everything is written anew."""
    write(tmp_path, [package(OLD)])
    (tmp_path / "acme" / MANIFEST).write_text(manifest)

    with pytest.raises(NotWritten, match=r"\.bide-manifest\.json is damaged.*--force"):
        write(tmp_path, [package(NEW)])
    write(tmp_path, [package(NEW)], force=True)

    assert texts(tmp_path / "acme").items() >= NEW.items()


def test_one_refusal_stops_all(tmp_path: Path) -> None:
    """If one package is refused, none is written, and every refusal is reported."""
    write(tmp_path, [package(OLD), package(OLD, name="brick")])
    for name in ("acme", "brick"):
        (tmp_path / name / "acme/client.py").write_text("mine")
    before = texts(tmp_path)

    with pytest.raises(NotWritten) as refusal:
        write(tmp_path, [package(NEW), package(NEW, name="brick"), package(NEW, name="other")])

    assert len(str(refusal.value).splitlines()) == 2
    assert texts(tmp_path) == before


# --- what stays inside -----------------------------------------------------------------------------------------------

OUTSIDE = [
    "../a",
    "a/../../b",
    "/a",
    "//a",
    "a//b",
    "a/",
    "",
    ".",
    "..",
    "a/.",
    "C:a",
    "C:/a",
    "C:\\a",
    "a\\b",
    "a.",
    "con",
    "a/NUL.txt",
    "com1.py/a",
    "a\0",
    "a\n",
    "é",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_path_leaves_the_folder(tmp_path: Path, path: str) -> None:
    """A path that leads outside, on any system, is refused before anything is written."""
    with pytest.raises(NotWritten, match="not a plain path"):
        write(tmp_path, [package({"good.py": "", path: ""})])

    assert texts(tmp_path) == {}


@pytest.mark.parametrize("name", [*OUTSIDE, "a/b"])
def test_no_package_leaves_the_output(tmp_path: Path, name: str) -> None:
    """A package's folder is directly in the output folder."""
    with pytest.raises(NotWritten, match="not a valid name for a folder"):
        write(tmp_path, [package({"good.py": ""}, name=name)])


@given(st.text(alphabet="./\\:ab\0 ~C", max_size=12))
def test_a_plain_path_joins_to_a_place_inside(path: str) -> None:
    """Every plain path is below the folder that it is joined to."""
    if stays_inside(path):
        assert Path("/folder", path).resolve().is_relative_to("/folder")
        assert Path("/folder", path).resolve() != Path("/folder")


def test_a_hostile_manifest_removes_nothing_outside(tmp_path: Path) -> None:
    """A manifest with a path outside of the folder is refused, and that file stays."""
    write(tmp_path, [package(OLD)])
    outside = tmp_path / "precious"
    outside.write_text("")
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (tmp_path / "acme" / MANIFEST).write_text(json.dumps({"files": {"../precious": digest}}))

    with pytest.raises(NotWritten):
        write(tmp_path, [package(NEW)], force=True)

    assert outside.exists()


@pytest.mark.parametrize("link", ["acme", "acme/acme", "acme/acme/client.py"])
def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path, link: str) -> None:
    """A package folder, a folder in it or a file that is a symbolic link is refused, with force too."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    out = tmp_path / "generated"
    (out / link).parent.mkdir(parents=True)
    (out / link).symlink_to(elsewhere)

    with pytest.raises(NotWritten, match="is a symbolic link"):
        write(out, [package(NEW)], force=True)

    assert list(elsewhere.iterdir()) == []


def test_a_folder_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    """A folder in the place of a file, and a file in the place of a folder, are refused, with force too."""
    (tmp_path / "acme/README.md").mkdir(parents=True)
    with pytest.raises(NotWritten, match=r"README.md is in the way of a file"):
        write(tmp_path, [package(NEW)], force=True)

    (tmp_path / "brick").mkdir()
    (tmp_path / "brick/acme").write_text("")
    with pytest.raises(NotWritten, match="acme is in the way of a folder"):
        write(tmp_path, [package(NEW, name="brick")], force=True)


def test_names_that_differ_only_in_case_are_refused(tmp_path: Path) -> None:
    """Two files that are one on some machines are refused on all."""
    with pytest.raises(NotWritten, match="would be the same file"):
        write(tmp_path, [package({"Client.py": "", "client.py": ""})])


def test_a_lone_surrogate_is_refused(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(NotWritten, match=r"a\.py would hold"):
        write(tmp_path, [package({"a.py": "\ud800"})])


# --- drift -----------------------------------------------------------------------------------------------------------


def test_drift_changes_nothing(tmp_path: Path) -> None:
    """Drift lists what a write would do, including edits by hand, and changes no file."""
    write(tmp_path, [package(OLD)])
    (tmp_path / "acme/README.md").write_text("mine\n")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    [change] = drift(tmp_path, [package(NEW)])

    assert change.changed == [MANIFEST, "README.md", "acme/client.py"]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_drift_of_nothing_makes_no_folder(tmp_path: Path) -> None:
    """Drift of missing output creates nothing."""
    drift(tmp_path / "generated", [package(NEW)])

    assert not (tmp_path / "generated").exists()


def test_difference_reads_like_a_patch(tmp_path: Path) -> None:
    """The difference is a unified diff; added and removed files have `/dev/null`."""
    write(tmp_path, [package({"a.py": "one\ntwo\n", "gone.py": "bye"})])
    (tmp_path / "acme" / MANIFEST).unlink()

    [change] = drift(tmp_path, [package({"a.py": "one\n2\n", "new.py": "hello\n"})])
    shown = difference(change).replace(tmp_path.as_posix(), "out")

    assert "--- out/acme/a.py\n+++ out/acme/a.py\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n" in shown
    assert "--- /dev/null\n+++ out/acme/new.py\n@@ -0,0 +1 @@\n+hello\n" in shown


def test_difference_shows_a_missing_line_end(tmp_path: Path) -> None:
    """A last line without a line end differs from one with it."""
    write(tmp_path, [package({"a.py": "bye"})])

    [change] = drift(tmp_path, [package({})])

    assert "-bye\n\\ No newline at end of file\n" in difference(change)


# --- failure ---------------------------------------------------------------------------------------------------------


@dataclass
class FailingDisk(Disk):
    """A disk on which one step fails, or that step and all later ones, as if the process was killed."""

    fails_at: int
    for_good: bool = False
    steps: int = 0

    def _step(self) -> None:
        self.steps += 1
        if self.steps == self.fails_at or (self.for_good and self.steps > self.fails_at):
            raise OSError(28, "No space left on device")

    def write(self, path: Path, content: bytes) -> None:
        self._step()
        super().write(path, content)

    def move(self, path: Path, target: Path) -> None:
        self._step()
        super().move(path, target)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)

    def remove_empty(self, folder: Path) -> None:
        self._step()
        super().remove_empty(folder)

    def clear(self, folder: Path) -> None:
        for path in sorted(folder.rglob("*"), reverse=True):
            self._step()
            path.rmdir() if path.is_dir() else path.unlink()
        self._step()
        folder.rmdir()


def every_step(tmp_path: Path, *, for_good: bool) -> Iterator[tuple[Path, bool]]:
    """A folder for each step of the change from OLD to NEW, in which that step failed, and whether it failed."""
    for step in range(1, 200):
        out = tmp_path / str(step)
        write(out, [package(OLD)])
        disk = FailingDisk(step, for_good)
        try:
            write(out, [package(NEW)], disk=disk)
        except OSError:
            yield out, True
        else:
            yield out, False
            return


def test_a_failure_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    """For each failed step, the package is complete: old, or new if only the cleanup failed."""
    outcomes = [texts(out / "acme") for out, _ in every_step(tmp_path, for_good=False)]

    assert len(outcomes) > 15
    assert outcomes[0] == OLD
    assert outcomes[-1] == NEW
    assert all(outcome in (OLD, NEW) for outcome in outcomes)


@dataclass
class LockedDisk(Disk):
    """A disk with one folder that cannot be changed, as without permission."""

    locked: Path

    def _check(self, path: Path) -> None:
        if path.is_relative_to(self.locked):
            raise PermissionError(13, "Permission denied", str(path))

    def move(self, path: Path, target: Path) -> None:
        self._check(target)
        super().move(path, target)

    def remove(self, path: Path) -> None:
        if path.exists():
            self._check(path)
        super().remove(path)


@pytest.mark.parametrize("locked", ["acme", "acme/models", "tests", ""])
def test_a_locked_folder_leaves_the_old(tmp_path: Path, locked: str) -> None:
    """Nothing is changed, and nothing is left behind."""
    write(tmp_path, [package(OLD)])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    with pytest.raises(PermissionError):
        write(tmp_path, [package(NEW)], disk=LockedDisk(tmp_path / "acme" / locked))

    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert not is_half_done(tmp_path / "acme")


def test_a_failed_run_can_be_repeated(tmp_path: Path) -> None:
    """For each failed step, the next run writes the package and leaves nothing of the first."""
    for out, _ in every_step(tmp_path, for_good=False):
        write(out, [package(NEW)])

        assert texts(out) == {f"acme/{path}": text for path, text in NEW.items()}
        assert folders(out) == {"acme", "acme/acme", "acme/tests"}


def test_a_killed_run_is_finished_by_the_next(tmp_path: Path) -> None:
    """Killed at any step, the package is old, new, or marked as incomplete; the next run completes it."""
    half_done = 0
    for out, _ in every_step(tmp_path, for_good=True):
        found = texts(out / "acme")
        half_done += is_half_done(out / "acme")
        assert found in (OLD, NEW) or is_half_done(out / "acme")

        write(out, [package(NEW)])

        assert texts(out) == {f"acme/{path}": text for path, text in NEW.items()}
        assert folders(out) == {"acme", "acme/acme", "acme/tests"}
    assert half_done > 3


def test_a_killed_run_is_finished_even_if_the_spec_went_back(tmp_path: Path) -> None:
    """After a killed run, the old package can be written."""
    for out, _ in every_step(tmp_path, for_good=True):
        write(out, [package(OLD)])

        assert texts(out) == {f"acme/{path}": text for path, text in OLD.items()}


def test_a_repair_may_be_killed_as_well(tmp_path: Path) -> None:
    """A run that is killed at each step of the repair is completed too."""
    for kills, (out, _) in enumerate(every_step(tmp_path, for_good=True)):
        for step in range(1 + kills % 3, 60, 3):
            try:
                write(out, [package(NEW)], disk=FailingDisk(step, for_good=True))
            except OSError:
                assert texts(out / "acme") in (OLD, NEW) or is_half_done(out / "acme")
            else:
                break

        assert texts(out) == {f"acme/{path}": text for path, text in NEW.items()}


def test_edits_made_after_a_kill_are_not_lost(tmp_path: Path) -> None:
    """A file edited after a killed run is not overwritten by the repair without force."""
    for out, _ in every_step(tmp_path, for_good=True):
        if not is_half_done(out / "acme"):
            continue
        (out / "acme/acme/client.py").write_text("mine")

        with pytest.raises(NotWritten, match=r"left half written.*acme/client\.py.*--force"):
            write(out, [package(NEW)])
        assert (out / "acme/acme/client.py").read_text() == "mine"
        write(out, [package(NEW)], force=True)

        assert texts(out / "acme") == NEW


def test_drift_notices_a_half_written_package(tmp_path: Path) -> None:
    """An incomplete package is not compared; the error says how to complete it."""
    for out, _ in every_step(tmp_path, for_good=True):
        if is_half_done(out / "acme"):
            with pytest.raises(NotWritten, match="bide generate"):
                drift(out, [package(NEW)])


def test_a_first_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """For each failed step of a first write, there is no package or a complete one."""
    for step in range(1, 100):
        out = tmp_path / str(step)
        try:
            write(out, [package(NEW)], disk=FailingDisk(step))
        except OSError:
            assert texts(out / "acme") in ({}, NEW)
        else:
            return


def test_no_package_is_touched_before_all_are_staged(tmp_path: Path) -> None:
    """If the disk is full after the first of two packages was staged, both are unchanged."""
    both = [package(OLD), package(OLD, name="brick")]
    write(tmp_path, both)
    before = texts(tmp_path)

    for step in range(1, 14):
        with pytest.raises(OSError, match="No space left"):
            write(tmp_path, [package(NEW), package(NEW, name="brick")], disk=FailingDisk(step))
        write(tmp_path, both)
        assert texts(tmp_path) == before
