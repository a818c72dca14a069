"""Files of a request that are read while it is sent."""

from __future__ import annotations

import gzip
import io
import os
import threading
from pathlib import Path

import pytest
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.http.file_body import FileBody
from bide_runtime.http.request import Request
from bide_runtime.http.stored_file import CHUNK, StoredFile
from bide_runtime.models.file import UploadFile, as_file

CONTENT = bytes(range(256)) * 3 * (CHUNK // 256) + b"end"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "film.mp4"
    found.write_bytes(CONTENT)
    return found


def stored(found: object) -> StoredFile:
    content = as_file(found, "film").content  # type: ignore[call-overload]  # any kind of file
    assert isinstance(content, StoredFile)
    return content


def test_a_body_is_read_in_chunks_as_often_as_it_is_sent(path: Path) -> None:
    """The same bytes each time, at most 256 KiB at once, and as many as its size says."""
    body = FileBody((b"head" * CHUNK, stored(path), b"tail"))

    for _ in range(2):
        chunks = list(body.chunks())
        assert b"head" * CHUNK + CONTENT + b"tail" == b"".join(chunks) == body.read()
        assert max(map(len, chunks)) <= CHUNK
    assert body.size == 4 * CHUNK + len(CONTENT) + 4


def test_a_request_with_files_is_a_value(path: Path) -> None:
    """Equal ones are equal, and no `repr` shows a content."""
    first, second = (Request(method="PUT", url="/", headers={}, body=FileBody((stored(path), b"x"))) for _ in range(2))

    assert first == second
    assert f"FileBody({len(CONTENT) + 1} bytes)" == repr(first.body)
    assert f"UploadFile('film.mp4', StoredFile({str(path)!r}, {len(CONTENT)} bytes))" == repr(as_file(path, "film"))


def test_an_open_file_is_sent_from_its_position_which_stays(path: Path) -> None:
    """Also if two requests read it at the same time."""
    with path.open("rb") as file:
        file.seek(7)
        one, two = stored(file), stored(file)
        mixed = [chunk for pair in zip(one.chunks(), two.chunks(), strict=True) for chunk in pair]

        assert CONTENT[7:] == b"".join(mixed[::2]) == b"".join(mixed[1::2])
        assert 7 == file.tell()


def test_threads_may_share_an_open_file(path: Path) -> None:
    """Each of them reads all of it."""
    found: list[bytes] = []
    with path.open("rb") as file:
        one = stored(file)
        threads = [threading.Thread(target=lambda: found.append(FileBody((one,)).read())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert found == [CONTENT] * 8


def test_an_open_file_that_decompresses_is_sent_decompressed(tmp_path: Path) -> None:
    """It is read as the caller would read it, not as it is on disk."""
    with gzip.open(tmp_path / "a.gz", "wb") as file:
        file.write(CONTENT)
    with gzip.open(tmp_path / "a.gz", "rb") as file:
        assert CONTENT == FileBody((stored(file),)).read()


def test_a_stream_that_cannot_go_back_is_read_at_the_call() -> None:
    """A pipe, so that a request with it can be sent again."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as pipe:
        pipe.write(b"piped")
    with os.fdopen(reader, "rb") as pipe:
        assert b"piped" == as_file(pipe, "film").content


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_path_of_a_pipe_is_read_at_the_call(tmp_path: Path) -> None:
    """As an open pipe is: it has no size, and can be read once."""
    os.mkfifo(tmp_path / "pipe")
    thread = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(b"piped"))
    thread.start()
    assert b"piped" == as_file(tmp_path / "pipe", "film").content
    thread.join()


def test_bytes_stay_as_they_are() -> None:
    """What is in memory at the call is sent as it is then, whatever happens to it."""
    file = io.BytesIO(b"before")
    found = as_file(file, "film")
    file.write(b"after!")

    assert b"before" == found.content


def test_a_relative_path_is_that_of_the_call(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also if the program changes its folder before the file is sent."""
    monkeypatch.chdir(path.parent)
    found = stored(Path(path.name))
    monkeypatch.chdir("/")

    assert CONTENT == FileBody((found,)).read()


def test_a_file_on_disk_may_have_another_name_and_type(path: Path) -> None:
    """An `UploadFile` takes a path or an open file; what it does not say is that of the path."""
    assert ("film.mp4", "text/plain") == (
        (found := as_file(UploadFile(path, type="text/plain"), "film")).name,
        found.type,
    )
    assert ("other", "video/mp4") == ((found := as_file(UploadFile(path, "other"), "film")).name, found.type)
    assert CONTENT == FileBody((stored(UploadFile(path)),)).read()


@pytest.mark.parametrize("size", [0, 3, len(CONTENT) - 1, len(CONTENT) + 1])
@pytest.mark.parametrize("is_open", [False, True], ids=["path", "open"])
def test_a_file_of_another_size_is_refused(path: Path, size: int, is_open: bool) -> None:
    """With the argument, the path and both sizes, before its first byte is read."""
    with path.open("rb") as file:
        body = FileBody((stored(file if is_open else path),))
        os.truncate(path, size)
        for read in (body.check, body.read):
            with pytest.raises(InvalidArgument) as caught:
                read()

    assert f"film: {path}: it has {size:,} bytes now, and had {len(CONTENT):,} when the call was made" in str(
        caught.value
    )


@pytest.mark.parametrize("is_open", [False, True], ids=["path", "open"])
def test_a_file_that_shrinks_while_it_is_read_is_refused(path: Path, is_open: bool) -> None:
    """A request never ends early without an error."""
    with path.open("rb", buffering=0) as file:
        chunks = stored(file if is_open else path).chunks()
        next(chunks)
        os.truncate(path, CHUNK + 1)
        with pytest.raises(InvalidArgument, match=rf"film: .*it has {CHUNK + 1:,} bytes now"):
            list(chunks)


def test_a_file_that_is_gone_is_refused(path: Path) -> None:
    """Removed, or closed: with the argument and the path."""
    removed = FileBody((stored(path),))
    with path.open("rb") as file:
        closed = FileBody((stored(file),))
    path.unlink()

    with pytest.raises(InvalidArgument, match=rf"^film: {path}: no such file or directory; .* until the call"):
        removed.check()
    with pytest.raises(InvalidArgument, match=rf"^film: {path}: .*closed file; .* open if it was open, until the call"):
        closed.check()


def test_a_file_that_cannot_be_read_is_refused_at_the_call(tmp_path: Path) -> None:
    """With the argument and the path."""
    for wrong, why in ((tmp_path / "none", "no such file"), (tmp_path, "is a directory")):
        with pytest.raises(InvalidArgument, match=rf"^film: {wrong}: {why}.*nothing was sent"):
            as_file(wrong, "film")
    with pytest.raises(InvalidArgument, match=r"^film: .*none: no such file"):
        as_file(UploadFile(tmp_path / "none"), "film")
    closed = (tmp_path / "closed").open("wb+")
    closed.close()
    with pytest.raises(InvalidArgument, match=r"^film: .*closed: .*closed file; nothing was sent"):
        as_file(closed, "film")
