"""JSON that is not strict: what is accepted, what may be truncated, and what is invalid."""

from __future__ import annotations

import codecs
import json
from math import inf, isnan
from typing import Any

import pytest
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.request import Response
from bide_runtime.models.codec import decode, decode_reply
from bide_runtime.models.lenient import NotJson
from bide_runtime.models.model import Model
from hypothesis import given
from hypothesis import strategies as st

TEXT = '{"id": "j1", "name": "Zoë ☃ 𝄞", "score": 1.5}'


class Thing(Model):
    id: str
    name: str | None = None
    score: float | None = None
    number: int | None = None


def reply(body: bytes, content_type: str = "application/json") -> Response:
    return Response(status=200, headers={"content-type": content_type}, body=body)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_names_the_encoding(mark: bytes, encoding: str) -> None:
    """The text after it has that encoding, whatever the header says."""
    found = decode_reply(Thing, reply(mark + TEXT.encode(encoding), "application/json; charset=latin-1"))

    assert "Zoë ☃ 𝄞" == found.name


@pytest.mark.parametrize("charset", ["iso-8859-1", "ISO-8859-1", '"windows-1252"', "utf-8", "UTF8"])
def test_the_charset_of_the_header_is_the_encoding(charset: str) -> None:
    """In upper or lower case, quoted or not."""
    text = '{"id": "Zoë"}'.encode(charset.strip('"'))

    assert "Zoë" == decode_reply(Thing, reply(text, f"application/json; charset={charset}")).id


@pytest.mark.parametrize("charset", ["klingon", "ascii", "idna"])
def test_a_wrong_charset_is_ignored(charset: str) -> None:
    """The body is then read as UTF-8."""
    assert "Zoë" == decode_reply(Thing, reply('{"id": "Zoë"}'.encode(), f"application/json; charset={charset}")).id


@pytest.mark.parametrize(("text", "value"), [("NaN", None), ("Infinity", inf), ("-Infinity", -inf)])
def test_nan_and_infinity_are_floats(text: str, value: float | None) -> None:
    """In a number, and in free-form JSON."""
    found = decode(Thing, f'{{"id": "j1", "score": {text}}}'.encode()).score
    anything = decode(dict[str, Any], f'{{"a": [{text}]}}'.encode())["a"][0]

    for each in (found, anything):
        assert each == value if value is not None else isnan(each)


def test_nan_is_no_integer() -> None:
    """The error has the path."""
    with pytest.raises(DecodeError, match=r"Expected `int \| null`, got `float` at \$.number") as caught:
        decode(Thing, b'{"id": "j1", "number": NaN}')

    assert not isinstance(caught.value, NotJson)


def test_raw_control_characters_are_read() -> None:
    """A line break inside a string is kept."""
    assert "a\nb\tc" == decode(Thing, b'{"id": "a\nb\tc"}').id


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{'id': 'j1'}", "at byte 1"),
        (b'{"id": "j1",}', "at byte 1[12]"),
        (b'{"id": "j1"} {"id": "j2"}', "Extra data at byte 13"),
        ('{"id": "ë", x}'.encode(), "at byte 13"),
        (b'{"id": "\xe4"}', "byte 8 is not UTF-8"),
        (rb'{"id": "\ud800"}', "half a surrogate pair"),
        (rb'{"\udfff": 1, "id": "j1"}', "half a surrogate pair"),
        (rb'{"id": "\x"}', r"Invalid \\escape"),
        (b'{"id": tru}', "at byte 7"),
        (b'{"id": "j1", "number": ' + b"9" * 5000 + b".}", "byte|digits"),
        (b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    ],
)
def test_an_invalid_body_has_an_error_with_its_place(body: bytes, why: str) -> None:
    """It would be the same at the next poll, so it is no transient error."""
    with pytest.raises(DecodeError, match=why) as caught:
        decode(Thing, body)

    assert not isinstance(caught.value, NotJson)


@given(st.data())
def test_a_truncated_body_is_a_transient_error(data: st.DataObject) -> None:
    """However much is missing, the next poll may be complete."""
    value = data.draw(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
            lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
        )
    )
    whole = json.dumps([value], ensure_ascii=data.draw(st.booleans())).encode(errors="replace")
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]

    with pytest.raises(NotJson):
        decode(list[Any], cut)


@pytest.mark.parametrize("body", [b"", b"  ", b"<html>", b"upstream error", b"true love", b"\xff\xfe", b"\x1f\x8b\x08"])
def test_a_body_that_is_not_json_is_a_transient_error(body: bytes) -> None:
    """A gateway may have replied, and the next poll may reach the server."""
    with pytest.raises(NotJson):
        decode_reply(Thing, reply(body, "text/html"))


def test_a_reply_of_text_is_a_string() -> None:
    """If the result is a string, such as a transcript."""
    assert "1\n00:01 --> Zoë" == decode_reply(str, reply("1\n00:01 --> Zoë".encode(), "text/plain; charset=utf-8"))
    assert "Zoë" == decode_reply(str, reply("Zoë".encode("latin-1"), "text/srt; charset=latin-1"))
    assert "Zoë" == decode_reply(str, reply('"Zoë"'.encode()))
    with pytest.raises(DecodeError, match="byte 2 is not UTF-8"):
        decode_reply(str, reply(b"Zo\xeb", "text/plain"))


@pytest.mark.parametrize("word", ["true", "false", "null", "NaN", "Infinity", "-Infinity"])
def test_a_word_that_was_cut_is_transient(word: str) -> None:
    """At each of its letters."""
    for length in range(1, len(word)):
        with pytest.raises(NotJson):
            decode(list[Any], f"[{word[:length]}".encode())
