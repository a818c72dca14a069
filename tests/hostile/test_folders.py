"""Whatever the output folder contains, nothing outside of it is written, moved or removed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bide.emit.journal import NotWritten, digest
from bide.emit.write import MANIFEST, write
from tests.hostile.killed import NEW, OLD, package
from tests.hostile.test_killed import texts

PRECIOUS = "precious"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder with an old package, beside a file that must not change."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "client.py").write_text(PRECIOUS)
    (tmp_path / "outside" / "README.md").write_text(PRECIOUS)
    write(tmp_path / "out", [package(OLD)])
    return tmp_path / "out"


def spared(out: Path) -> bool:
    """Whether the files outside are unchanged."""
    return texts(out.parent / "outside") == {"client.py": PRECIOUS, "README.md": PRECIOUS}


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("link", ["acme", "acme/acme", "acme/acme/client.py", "acme/README.md", f"acme/{MANIFEST}"])
def test_links_in_the_old_package(out: Path, link: str, force: bool) -> None:
    """A symbolic link in place of a folder, a file or the manifest is refused, and its target is unchanged."""
    place = out / link
    place.rename(out.parent / "moved")
    place.symlink_to(out.parent / "outside" / ("" if (out.parent / "moved").is_dir() else "client.py"))

    with pytest.raises(NotWritten, match="symbolic link"):
        write(out, [package(NEW)], force=force)

    assert spared(out)
    assert place.is_symlink()


def test_a_link_to_the_output_folder(out: Path) -> None:
    """The output folder may be a link: the package is written to its target only."""
    link = out.parent / "link"
    link.symlink_to(out)
    before = sorted(out.parent.iterdir())

    write(link, [package(NEW)])

    assert texts(out) == {f"acme/{path}": text for path, text in NEW.items()}
    assert sorted(out.parent.iterdir()) == before


@pytest.mark.parametrize(
    "path", ["../outside/client.py", "/etc/passwd", "a/../../outside/client.py", "..\\x", "", "a\0", "\ud800"]
)
@pytest.mark.parametrize("force", [False, True])
def test_paths_in_the_manifest(out: Path, path: str, force: bool) -> None:
    """A manifest with a path that is not a plain path inside the folder is refused."""
    (out / "acme" / MANIFEST).write_text(json.dumps({"files": {path: digest(PRECIOUS.encode())}}))

    with pytest.raises(NotWritten):
        write(out, [package(NEW)], force=force)

    assert spared(out)


DAMAGED = {
    "nothing": b"",
    "no JSON": b"{",
    "no text": b"\xff\xfe\x00",
    "a list": b"[]",
    "a number": b"1" * 10_000,
    "files that are a list": b'{"files": ["README.md"]}',
    "files that are text": b'{"files": "README.md"}',
    "files that are null": b'{"files": null}',
    "a digest that is a number": b'{"files": {"README.md": 1}}',
    "a digest that is a list": b'{"files": {"README.md": ["x"]}}',
    "a deep list": b"[" * 200_000,
    "more than any package has": json.dumps({"files": {f"f{number}": "0" * 64 for number in range(60_000)}}).encode(),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_manifests(out: Path, content: bytes) -> None:
    """An invalid manifest is refused by name; with force, everything is written anew, and no other file changes."""
    (out / "acme" / "mine.txt").write_text(PRECIOUS)
    (out / "acme" / MANIFEST).write_bytes(content)

    with pytest.raises(NotWritten, match="is damaged"):
        write(out, [package(NEW)])
    write(out, [package(NEW)], force=True)

    assert texts(out / "acme").items() >= (NEW | {"mine.txt": PRECIOUS}).items()


def staged(out: Path, journal: object) -> Path:
    """The state after a killed process, or put there by an attacker."""
    stage = out / ".bide-stage-acme"
    (stage / "new").mkdir(parents=True)
    (stage / "forward.json").write_text(json.dumps(journal))
    return stage


JOURNALS: dict[str, object] = {
    "a list": [],
    "no sides": {},
    "sides that are lists": {"old": [], "new": ["README.md"]},
    "sides of pairs": {"old": [[1, 2]], "new": [[1, 2]]},
    "null": {"old": None, "new": None},
    "a path that leads out": {"old": {"../../outside/client.py": digest(PRECIOUS.encode())}, "new": {}},
    "a path from the root": {"old": {"/etc/passwd": "x"}, "new": {"/etc/passwd": "x"}},
}


@pytest.mark.parametrize("journal", JOURNALS.values(), ids=JOURNALS)
@pytest.mark.parametrize("force", [False, True])
def test_hostile_journals(out: Path, journal: object, force: bool) -> None:
    """The journal of a killed run is not trusted either."""
    staged(out, journal)

    with pytest.raises(NotWritten):
        write(out, [package(NEW)], force=force)

    assert spared(out)
    assert texts(out / "acme") == OLD


def _folder_link(stage: Path, outside: Path) -> None:
    (stage / "new" / "acme").symlink_to(outside)


def _file_link(stage: Path, outside: Path) -> None:
    (stage / "new" / "acme").mkdir()
    (stage / "new" / "acme" / "client.py").symlink_to(outside / "client.py")


def _side_link(stage: Path, outside: Path) -> None:
    (stage / "new").rmdir()
    (outside / "acme").mkdir()
    (outside / "acme" / "client.py").write_text(PRECIOUS)
    (stage / "new").symlink_to(outside)


@pytest.mark.parametrize("put", [_folder_link, _file_link, _side_link])
def test_links_in_the_stage(out: Path, put: Callable[[Path, Path], None]) -> None:
    """A repair follows no symbolic link, and puts no link into the package."""
    outside = out.parent / "outside"
    was = {"acme/client.py": digest(b"old\n")}
    put(staged(out, {"old": was, "new": {"acme/client.py": digest(PRECIOUS.encode())}}), outside)
    before = texts(outside)

    with pytest.raises(NotWritten, match="symbolic link"):
        write(out, [package(NEW)])

    assert texts(outside) == before
    assert not (out / "acme/acme/client.py").is_symlink()


def test_a_stage_that_is_a_link(out: Path) -> None:
    """A stage that is a symbolic link is refused, and not cleared."""
    (out / ".bide-stage-acme").symlink_to(out.parent / "outside")

    with pytest.raises(NotWritten, match="symbolic link"):
        write(out, [package(NEW)], force=True)

    assert spared(out)
