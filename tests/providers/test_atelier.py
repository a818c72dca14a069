"""Values and bodies of every shape, as a caller of a generated package writes and reads them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from bide_runtime import DecodeError
from bide_runtime.models.codec import decode

from tests.providers.made import Packages


class Atelier:
    """A package with its fake: what a call sends, and what a body is read as."""

    def __init__(self, packages: Packages) -> None:
        self.package = packages["atelier"]
        self.models = import_module(f"{self.package.__name__}.models")
        self._testing = import_module(f"{self.package.__name__}.testing")

    def sent(self, call: str, **arguments: Any) -> Any:
        """The request of a call."""
        fake = self._testing.FakeAtelier()
        getattr(fake.client(), call)(**arguments)
        [sent] = fake.requests
        return sent

    def refused(self, call: str, **arguments: Any) -> str:
        """The message of a call that is refused before anything is sent."""
        fake = self._testing.FakeAtelier()
        with pytest.raises(self.package.InvalidArgument) as caught:
            getattr(fake.client(), call)(**arguments)
        assert list(fake.requests) == []
        return str(caught.value)


@pytest.fixture
def atelier(packages: Packages) -> Atelier:
    return Atelier(packages)


def decoded(atelier: Atelier, text: bytes) -> Any:
    """A reply with a shape, as the client reads it."""
    return decode(atelier.models.Shape, text)


def drawing(atelier: Atelier, more: str) -> Any:
    return decode(atelier.models.Drawing, f'{{"id": "d1", "status": "drawn", {more}}}'.encode())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b'{"kind": "square", "side": 1}', "Square"),
        (b'{"kind": "square", "side": 1, "radius": 2}', "Square"),
        (b'{"kind": "ball", "side": 1, "radius": 2}', "Circle"),
        (b'{"radius": 2, "inside": {"radius": 1}}', "Circle"),
        (b'{"radius": "2", "points": []}', "Path"),
        (b'{"points": [{"x": 1, "y": 2}]}', "Path"),
        (b'{"points": [{"x": 1}]}', "OtherShape"),
        (b"{}", "OtherShape"),
    ],
)
def test_a_value_is_the_first_variant_that_it_fits(atelier: Atelier, text: bytes, name: str) -> None:
    """In the order of the spec; one that fits none is kept with its JSON."""
    assert type(decoded(atelier, text)).__name__ == name


def test_what_is_no_object_is_no_variant(atelier: Atelier) -> None:
    """A union has only objects; another JSON value is a `DecodeError` with its place."""
    with pytest.raises(DecodeError) as caught:
        drawing(atelier, '"layers": [{"radius": 1}, 7]')

    assert caught.value.path == "$.layers[1]"


def test_a_union_may_be_beside_scalars(atelier: Atelier) -> None:
    """`Shape or string` is a shape, or text, also in lists and maps."""
    found = drawing(atelier, '"background": "white", "named": {"a": {"radius": 1}, "b": "x", "c": null}')

    assert found.background == "white"
    assert found.named == {"a": atelier.models.Circle(radius=1), "b": "x", "c": None}
    assert found.to_dict()["named"] == {"a": {"radius": 1}, "b": "x", "c": None}
    with pytest.raises(DecodeError) as caught:
        drawing(atelier, '"background": 7')
    assert caught.value.path == "$.background"
    assert "Expected `Shape | str`, got `int`" in str(caught.value)


def test_a_variant_is_sent_as_what_it_is(atelier: Atelier) -> None:
    """The bounds of the class that is passed are checked, also if another variant would fit."""
    models = atelier.models

    assert atelier.sent("reshape", body=models.Circle(radius=2)).json == {"radius": 2}
    assert atelier.sent("reshape", body=models.OtherShape({"new": 1})).json == {"new": 1}
    message = atelier.refused("reshape", body=models.Circle(radius="2"))
    assert message.startswith("body.radius: Expected `float`, got `str`")
    message = atelier.refused("reshape", body=models.Point(x=1, y=2))
    assert "Expected `Shape`, got `Point`" in message


def test_one_model_may_be_several_variants(atelier: Atelier) -> None:
    """A model that has the discriminator as a field keeps the provider's word for it."""
    found = drawing(
        atelier, '"marks": [{"kind": "dot", "size": 1}, {"kind": "point", "size": 2}, {"kind": "cross", "arm": 3}]'
    )

    assert [type(mark).__name__ for mark in found.marks] == ["Dot", "Dot", "Cross"]
    assert [mark.kind for mark in found.marks[:2]] == ["dot", "point"]
    assert found.to_dict()["marks"] == [
        {"kind": "dot", "size": 1},
        {"kind": "point", "size": 2},
        {"kind": "cross", "arm": 3},
    ]


def test_other_keys_are_kept_beside_the_fields(atelier: Atelier) -> None:
    """`additional` has the keys without a field, by their JSON names, and `to_dict` writes them back."""
    found = drawing(atelier, '"labels": {"title": "A", "painter": "B", "other keys": "C"}')

    assert found.labels.additional == {"painter": "B", "other keys": "C"}
    assert found.to_dict()["labels"] == {"title": "A", "painter": "B", "other keys": "C"}
    assert drawing(atelier, '"labels": {"title": "A"}').labels.additional == {}
    with pytest.raises(DecodeError) as caught:
        drawing(atelier, '"labels": {"title": "A", "painter": 7}')
    assert caught.value.path == "$.labels['painter']"


def test_other_keys_may_have_types_of_the_spec(atelier: Atelier) -> None:
    """The type of `additional` is any type, also a model or null."""
    found = drawing(atelier, '"sizes": {"whole": {"x": 1, "y": 2}, "sky": {"x": 3, "y": 4}, "sea": null}')

    assert found.sizes.additional == {"sky": atelier.models.Point(x=3, y=4), "sea": None}
    assert atelier.package.unknown_fields(found, b'{"sizes": {"whole": {}, "sky": {"z": 1}}}') == {"$.sizes.sky.z": 1}


def test_other_keys_are_sent(atelier: Atelier) -> None:
    """As the argument `additional` of a call or a model; a key that is a field is refused."""
    models = atelier.models
    labels = models.Labels(title="A", additional={"painter": "B"})

    assert atelier.sent("rank", body=[labels]).json == [{"title": "A", "painter": "B"}]
    message = atelier.refused("rank", body=[models.Labels(title="A", additional={"year": "B"})])
    assert message.startswith("body[0].additional: the key 'year' is a field of its own")


def test_times_are_datetimes_whatever_json_has(atelier: Atelier) -> None:
    """Numbers since 1970 are aware datetimes, texts without a zone are naive ones; both are written back."""
    more = '"created_at": 1767225600.5, "updated_at": 1767225600123, "hung_at": "2026-01-01T12:00:00", "seen": [0, -1]'
    found = drawing(atelier, more)

    assert found.created_at == datetime(2026, 1, 1, 0, 0, 0, 500_000, UTC)
    assert found.updated_at == datetime(2026, 1, 1, 0, 0, 0, 123_000, UTC)
    assert (found.hung_at, found.hung_at.tzinfo) == (datetime(2026, 1, 1, 12), None)
    assert found.seen == [datetime(1970, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)]
    assert found.to_dict() == {
        "id": "d1",
        "status": "drawn",
        "created_at": 1767225600.5,
        "updated_at": 1767225600123,
        "hung_at": "2026-01-01T12:00:00",
        "seen": [0, -1],
    }


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ('"created_at": "2026-01-01T00:00:00Z"', "$.created_at"),
        ('"created_at": true', "$.created_at"),
        ('"created_at": 1e20', "$.created_at"),
        ('"seen": [1, NaN]', "$.seen[1]"),
        ('"hung_at": "2026-01-01T12:00:00Z"', "$.hung_at"),
    ],
)
def test_what_is_no_such_time_is_refused_with_its_place(atelier: Atelier, more: str, path: str) -> None:
    """Text for a number, a number out of range, and a time zone where there is none."""
    with pytest.raises(DecodeError) as caught:
        drawing(atelier, more)

    assert caught.value.path == path


def test_times_are_sent_as_the_spec_says(atelier: Atelier) -> None:
    """Any time zone becomes the same number; in a query and a header too."""
    moment = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    sent = atelier.sent("find", since=moment, x_until=moment, days=[datetime(2026, 1, 1), datetime(2026, 1, 2)])

    assert sent.query == [("since", "1767225600"), ("days", "2026-01-01T00:00:00,2026-01-02T00:00:00")]
    assert sent.request.headers["x-until"] == "1767225600000"
    assert atelier.refused("find", since=datetime(2026, 1, 1)).startswith("since: this datetime has no time zone")
    assert atelier.refused("find", days=[moment]).startswith("days[0]: this datetime has a time zone")


def test_a_list_may_be_one_text_of_a_query(atelier: Atelier) -> None:
    """An item with the separator in it is refused, and an empty list is left out."""
    sent = atelier.sent("find", ids=["a", "b c"], years=[1, 2], tags=["x", "y"])

    assert sent.query == [("ids", "a,b c"), ("years", "1|2"), ("tags[]", "x"), ("tags[]", "y")]
    assert atelier.sent("find", ids=[]).query == []
    assert atelier.refused("find", ids=["a", "b,c"]).startswith("ids[1] has ',' in it")


def test_a_body_may_be_bytes(atelier: Atelier, tmp_path: Path) -> None:
    """From bytes, a path, an open file or an `UploadFile`, with its media type or that of the spec."""
    (tmp_path / "a.png").write_bytes(b"png")
    upload = atelier.package.UploadFile(b"gif", "a.gif", "image/gif")
    given = [b"raw", tmp_path / "a.png", io.BytesIO(b"open"), upload]
    found = [atelier.sent("photo", body=each).request for each in given]

    assert [request.body for request in found] == [b"raw", b"png", b"open", b"gif"]
    assert [request.headers["content-type"] for request in found] == [
        "application/octet-stream",
        "image/png",
        "application/octet-stream",
        "image/gif",
    ]
    assert atelier.sent("film", body=upload).request.headers["content-type"] == "video/mp4"
    assert atelier.refused("photo", body="a text").startswith("body: expected bytes")


def test_a_body_may_be_text(atelier: Atelier) -> None:
    """As JSON, or as it is if the spec says that it is text."""
    assert atelier.sent("note", body='a "b"').request.body == b'"a \\"b\\""'
    assert atelier.sent("tell", body="a \u00fc").request.body == "a \u00fc".encode()
    assert atelier.refused("tell", body=7).startswith("body: expected text, not int")


def test_a_part_may_be_several_files(atelier: Atelier) -> None:
    """Each with its name and media type; a wrong one is named by its place."""
    upload = atelier.package.UploadFile(b"2", "two.txt", "text/plain")
    body = atelier.sent("scan", pages=[b"1", upload]).request.body

    assert body.count(b'name="pages"; filename=') == 2
    assert b'name="pages"; filename="two.txt"\r\nContent-Type: text/plain\r\n\r\n2\r\n' in body
    assert atelier.refused("scan", pages=[b"1", "two.txt"]).startswith("pages[1]: expected bytes")
    assert "Expected `array` of length >= 1" in atelier.refused("scan", pages=[])


def test_a_deprecated_call_says_so(atelier: Atelier) -> None:
    """In the docstrings of an operation, and of a job with its methods."""
    client = atelier.package.Atelier

    assert "Deprecated: use `note` instead." in client.tell.__doc__
    jobs = import_module(f"{atelier.package.__name__}.client").EngraveJobs
    assert all("Deprecated: " in each.__doc__ for each in (jobs, jobs.submit, jobs.run))


def test_a_fraction_of_a_second_is_sent(atelier: Atelier) -> None:
    """A time with microseconds is a fraction, and a whole one a whole number."""
    at = datetime(2026, 1, 1, 0, 0, 0, 250_000, UTC)

    assert atelier.sent("find", since=at).query == [("since", "1767225600.25")]
    assert atelier.sent("find", x_until=at).request.headers["x-until"] == "1767225600250"


def test_an_object_in_a_query_has_names_in_brackets(atelier: Atelier) -> None:
    """OpenAPI's deepObject: a name for each value, at every depth; lists as they are elsewhere in a query."""
    models = atelier.models
    found = models.Filter(
        status="drawn",
        size=models.Range(gte=2),
        since=datetime(2026, 1, 1, tzinfo=UTC),
        tags=["x", "y"],
        additional={"painter": "a&b"},
    )
    sent = atelier.sent("count", in_=models.Area(corner=models.Corner(x=1)), filter=found, fields={"a": ["id", "n"]})
    assert sent.query == [
        ("in[corner][x]", "1"),
        ("filter[status]", "drawn"),
        ("filter[size][gte]", "2"),
        ("filter[since]", "1767225600"),
        ("filter[tags][]", "x"),
        ("filter[tags][]", "y"),
        ("filter[painter]", "a&b"),
        ("fields[a]", "id,n"),
    ]
    assert "?in%5Bcorner%5D%5Bx%5D=1&filter%5Bstatus%5D=drawn&" in sent.request.url


def test_what_cannot_be_in_brackets_is_refused(atelier: Atelier) -> None:
    """With its place, before anything is sent: a server would read another object."""
    area = atelier.models.Area(corner=atelier.models.Corner())
    for key in ("", "[]", "a]b", "a[b]", "a[][]"):
        assert atelier.refused("count", in_=area, page={key: 1}).startswith(f"page has the key {key!r}, which cannot")
    assert atelier.refused("count", in_=area, fields={"a": ["b,c"]}).startswith("fields.a[0] has ',' in it")
    assert atelier.refused("count", in_=atelier.models.Area(corner=1)).startswith("in_.corner: Expected `object`")
    assert atelier.refused("count", in_=area, page={"a": "b"}).startswith("page['a']: Expected `int`")
