"""Files to upload, and the bodies that hold them."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.http.file_body import FileBody
from bide_runtime.http.stored_file import StoredFile
from bide_runtime.models.file import UploadFile, as_file
from bide_runtime.models.form import encode_form
from bide_runtime.models.model import Model
from bide_runtime.testing.fake.parts import parts_of
from hypothesis import given
from hypothesis import strategies as st


class Log(Model):
    """A field that is sent as JSON."""

    text: str


class Upload(Model, rename="camel"):
    """A body with files."""

    film: UploadFile
    second_film: UploadFile | None = None
    copies: int | None = None
    glossy: bool | None = None
    tags: list[str] | None = None
    note: Log | None = None
    name: str | None = None


@given(st.binary(), st.text(st.characters(exclude_categories=["Cs"])))
def test_parts_decode_to_their_arguments(content: bytes, name: str) -> None:
    """Any bytes and any text are preserved."""
    form = encode_form(Upload(film=UploadFile(content, name), second_film=UploadFile(content), name=name))

    assert parts_of(form.content_type, form.body) == {"film": content, "secondFilm": content, "name": name}


def test_each_kind_of_part() -> None:
    """Numbers and booleans are text, lists repeat the name, objects are JSON; missing values are left out."""
    form = encode_form(Upload(film=UploadFile(b"f"), copies=2, glossy=True, tags=["a", "b"], note=Log(text="n")))

    assert parts_of(form.content_type, form.body) == {
        "film": b"f",
        "copies": "2",
        "glossy": "true",
        "tags": ["a", "b"],
        "note": {"text": "n"},
    }


def test_the_same_body_is_the_same_bytes() -> None:
    """A submit that is repeated with the same idempotency key has the same body, byte for byte."""
    assert encode_form(Upload(film=UploadFile(b"f"))) == encode_form(Upload(film=UploadFile(b"f")))
    assert encode_form(Upload(film=UploadFile(b"f"))) != encode_form(Upload(film=UploadFile(b"g")))


@pytest.mark.parametrize("name", ['a"; x="b', "a\r\nX-Evil: 1", "ä.txt"])
def test_a_file_name_cannot_break_the_header(name: str) -> None:
    """No file name can end its quotes or its line."""
    form = encode_form(Upload(film=UploadFile(b"f", name)))
    head = form.body.partition(b"\r\n\r\n")[0]

    assert head.count(b"\r\n") == 2
    assert head.count(b'"') == 4


@pytest.mark.parametrize(
    "wrong", [{"copies": "two"}, {"film": None}, {"film": b"f"}, {"tags": "ab"}, {"name": "\ud800"}], ids=str
)
def test_a_value_of_the_wrong_type_is_refused(wrong: dict[str, Any]) -> None:
    """Before anything is sent."""
    with pytest.raises(InvalidArgument, match="nothing was sent"):
        encode_form(Upload(**{"film": UploadFile(b"f"), **wrong}))


def test_the_forms_of_a_file_argument(tmp_path: Path) -> None:
    """Bytes, a path, an open file, or an `UploadFile`. A file on disk is not read."""
    path = tmp_path / "film.png"
    path.write_bytes(b"f")
    with path.open("rb") as opened:
        whole = as_file(opened, "film")
        opened.read(1)
        rest = as_file(opened, "film")
        assert not opened.closed

    assert as_file(b"f", "film") == UploadFile(b"f", "file", "application/octet-stream")
    assert as_file(bytearray(b"f"), "film") == UploadFile(b"f")
    for found in (as_file(path, "film"), whole):
        assert (found.name, found.type) == ("film.png", "image/png")
        assert isinstance(found.content, StoredFile)
    assert rest == UploadFile(b"", "film.png", "image/png")
    assert as_file(io.BytesIO(b"f"), "film") == UploadFile(b"f")
    assert as_file(UploadFile(b"f", "x", "y/z"), "film") == UploadFile(b"f", "x", "y/z")
    assert as_file(None, "film") is None


@pytest.mark.parametrize(
    "wrong",
    ["film.png", io.StringIO("f"), 7, Path("/nowhere/film.png")],
    ids=["text", "StringIO", "number", "no such file"],
)
def test_an_invalid_file_argument_is_refused(wrong: Any) -> None:
    """A path as `str` could be the content; text files and other objects are no files."""
    with pytest.raises(InvalidArgument, match=r"^film: .*nothing was sent"):
        as_file(wrong, "film")


def test_no_repr_shows_the_content_of_a_file() -> None:
    """It may be large, or secret."""
    assert "secret" not in repr(
        [UploadFile(b"secret"), Upload(film=UploadFile(b"secret")), encode_form(Upload(film=UploadFile(b"secret")))]
    )


def test_files_can_be_pickled() -> None:
    """As part of a batch's inputs."""
    assert msgspec.json.decode(msgspec.json.encode(UploadFile(b"f")), type=UploadFile) == UploadFile(b"f")


def test_files_on_disk_stay_there(tmp_path: Path) -> None:
    """The bytes between them are joined; everything arrives as from memory."""
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(name.encode() * 10)
    films = [UploadFile(as_file(tmp_path / name, "film").content, name) for name in ("a", "b")]
    form = encode_form(Upload(film=films[0], second_film=films[1], tags=["x"]))
    assert isinstance(form.body, FileBody)

    assert [bytes, StoredFile, bytes, StoredFile, bytes] == list(map(type, form.body.parts))
    assert parts_of(form.content_type, form.body.read()) == {"film": b"a" * 10, "secondFilm": b"b" * 10, "tags": "x"}
    assert form == encode_form(Upload(film=films[0], second_film=films[1], tags=["x"]))


def test_a_boundary_of_files_on_disk_cannot_be_foreseen(tmp_path: Path) -> None:
    """Whoever wrote a file cannot have put the boundary into it: another process has another one."""
    (tmp_path / "a").write_bytes(b"a")
    script = (
        "from pathlib import Path; from bide_runtime.models.file import as_file;"
        "from tests.runtime.models.test_form import Upload, encode_form;"
        f"print(encode_form(Upload(film=as_file(Path({str(tmp_path / 'a')!r}), 'film'))).content_type)"
    )
    ran = [subprocess.run([sys.executable, "-c", script], capture_output=True, text=True) for _ in range(2)]

    assert all(each.stdout.startswith("multipart/form-data; boundary=bide-") for each in ran)
    assert ran[0].stdout != ran[1].stdout


def test_a_boundary_is_not_in_the_content() -> None:
    """A file that contains the boundary of another body gets a different one."""
    first = encode_form(Upload(film=UploadFile(b"-" * 45)))
    known = first.content_type.rpartition("boundary=")[2].strip('"').encode()
    assert 45 == len(known)

    second = encode_form(Upload(film=UploadFile(known)))

    assert known.decode() not in second.content_type


def test_quotes_and_line_ends_in_names_are_percent_encoded() -> None:
    """As browsers do."""
    form = encode_form(Upload(film=UploadFile(b"f", 'a"b\r\nc')))

    assert b'filename="a%22b%0D%0Ac"' in form.body


def test_an_urlencoded_form_has_pairs_of_texts() -> None:
    """A list repeats its name, an object is JSON, and `None` is left out."""
    form = encode_form(
        Pairs(name="a&b=\u00fc", tags=["x", "y"], count=2, exact=True, where={"a": 1}),
        "application/x-www-form-urlencoded",
    )

    assert "application/x-www-form-urlencoded" == form.content_type
    assert [
        ("name", "a&b=\u00fc"),
        ("tags", "x"),
        ("tags", "y"),
        ("count", "2"),
        ("exact", "true"),
        ("where", '{"a":1}'),
    ] == (parse_qsl(form.body.decode()))


class Pairs(Model):
    name: str
    tags: list[str] | None = None
    count: int | None = None
    exact: bool | None = None
    where: dict[str, int] | None = None
    empty: str | None = None
