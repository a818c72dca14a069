"""Files that a result points to: they go on where they were cut, and have their name only when they are complete."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.errors.client import ConfigurationError
from bide_runtime.errors.decode import DecodeError
from bide_runtime.errors.transport import ConnectionFailed, ReplyTooLarge, RequestTimeout
from bide_runtime.http.errors import ApiError, NotFound
from msgspec.structs import replace

from tests.runtime.acme import KEY, PROVIDER
from tests.runtime.fakes import Reply, Sent
from tests.runtime.world import World, error

Make = Callable[..., World]

FILM = bytes(range(256)) * 40
CDN = "https://cdn.acme.example/film"
HOSTS = replace(PROVIDER, hosts=("cdn.acme.example",))


class Shelf:
    """A server with one file, which answers ranges. Each of *cuts* ends a reply after so many bytes."""

    def __init__(self, *cuts: int, tag: str | None = '"v1"', film: bytes = FILM) -> None:
        self.cuts = list(cuts)
        self.tag = tag
        self.film = film
        self.refusals: list[Reply] = []
        self.headers: list[dict[str, str]] = []

    def __call__(self, sent: Sent) -> Reply:
        self.headers.append(dict(sent.request.headers))
        if self.refusals:
            return self.refusals.pop(0)
        first, status = self._first(sent), 206
        if first is None:
            first, status = 0, 200
        rest = self.film[first:]
        headers = {"content-length": str(len(rest)), **({"etag": self.tag} if self.tag else {})}
        if status == 206:
            headers["content-range"] = f"bytes {first}-{len(self.film) - 1}/{len(self.film)}"
        cut = self.cuts.pop(0) if self.cuts else None
        parts: tuple[Any, ...] = (rest[:700], rest[700:])
        if cut is not None:
            parts = (rest[:cut], ConnectionFailed("the connection was lost", may_have_arrived=True))
        return Reply(status=status, headers=headers, parts=parts)

    def _first(self, sent: Sent) -> int | None:
        asked = re.fullmatch(r"bytes=(\d+)-", sent.request.headers.get("range", ""))
        if asked is None or sent.request.headers.get("if-range") != self.tag:
            return None
        return int(asked[1])

    @property
    def ranges(self) -> list[str | None]:
        return [headers.get("range") for headers in self.headers]


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "film.mp4"


def files(to: Path) -> list[str]:
    return sorted(path.name for path in to.parent.iterdir())


def test_a_file_is_downloaded_without_the_key(world: Make, to: Path) -> None:
    """From a host of the spec, as it is, not compressed."""
    shelf = Shelf()
    w = world(shelf, provider=HOSTS)

    assert to == w.do(w.client.download_file(CDN, to))
    assert FILM == to.read_bytes()
    assert ["film.mp4"] == files(to)
    assert KEY not in str(shelf.headers)
    assert "identity" == shelf.headers[0]["accept-encoding"]


def test_an_address_of_the_provider_itself_gets_the_key(world: Make, to: Path) -> None:
    """Relative to the base URL, like every link."""
    w = world(shelf := Shelf())

    w.do(w.client.download_file("files/1", to))

    assert "https://api.acme.example/v2/files/1" == w.sent[0].request.url
    assert KEY == shelf.headers[0]["x-key"]


@pytest.mark.parametrize("url", ["https://evil.example/film", "http://cdn.acme.example/film", "file:///etc/passwd"])
def test_an_address_elsewhere_is_refused(world: Make, to: Path, url: str) -> None:
    """Nothing is sent, and no file is made."""
    w = world(Shelf(), provider=HOSTS)

    with pytest.raises(DecodeError, match="refused to follow") as raised:
        w.do(w.client.download_file(url, to))

    assert "the address of the file" == raised.value.path
    assert [] == w.sent
    assert not to.exists()


def test_a_download_that_was_cut_goes_on_where_it_stopped(world: Make, to: Path) -> None:
    """Each attempt that brings bytes counts as none of the retries."""
    shelf = Shelf(1000, 2000, 500, 500, 500, 500, 500)
    w = world(shelf, provider=HOSTS)

    w.do(w.client.download_file(CDN, to))

    assert FILM == to.read_bytes()
    assert [None, "bytes=1000-", "bytes=3000-"] == shelf.ranges[:3]


def test_without_a_version_of_the_file_it_begins_again(world: Make, to: Path) -> None:
    """The rest could be that of another file."""
    w = world(shelf := Shelf(1000, tag=None), provider=HOSTS)

    w.do(w.client.download_file(CDN, to))

    assert FILM == to.read_bytes()
    assert [None, None] == shelf.ranges


def test_a_file_that_changed_begins_again(world: Make, to: Path) -> None:
    """The server answers 200 with the new file, whose size may be another."""
    shelf = Shelf(1000)
    changed = Shelf(tag='"v2"', film=b"new" * 100)
    w = world(lambda sent: (shelf if not shelf.headers else changed)(sent), provider=HOSTS)

    w.do(w.client.download_file(CDN, to))

    assert b"new" * 100 == to.read_bytes()


def test_a_later_call_goes_on_too(world: Make, to: Path) -> None:
    """Also in another process: what has arrived is beside the file, with the version."""
    lost = world(Shelf(3000, *[0] * 20), provider=HOSTS)
    with pytest.raises(ConnectionFailed):
        lost.do(lost.client.download_file(CDN, to))
    assert ["film.mp4.part", "film.mp4.part.json"] == files(to)

    w = world(shelf := Shelf(), provider=HOSTS)
    w.do(w.client.download_file(CDN, to))

    assert FILM == to.read_bytes()
    assert ["bytes=3000-"] == shelf.ranges
    assert ["film.mp4"] == files(to)


def test_a_part_that_is_complete_already_begins_again(world: Make, to: Path) -> None:
    """The server has no bytes after the end, and answers 416."""
    to.with_name("film.mp4.part").write_bytes(FILM)
    to.with_name("film.mp4.part.json").write_text('{"validator": "\\"v1\\""}')
    shelf = Shelf()
    shelf.refusals = [Reply(b"", 416)]
    w = world(shelf, provider=HOSTS)

    w.do(w.client.download_file(CDN, to))

    assert FILM == to.read_bytes()
    assert [f"bytes={len(FILM)}-", None] == shelf.ranges


def test_attempts_without_a_byte_end_the_download(world: Make, to: Path) -> None:
    """As the client's `max_retries` says."""
    w = world(Shelf(*[0] * 20), provider=HOSTS, max_retries=2)

    with pytest.raises(ConnectionFailed):
        w.do(w.client.download_file(CDN, to))

    assert 3 == len(w.sent)


def test_an_error_is_raised_with_its_body(world: Make, to: Path) -> None:
    """A file that is gone is no file."""
    w = world(lambda sent: error(404), provider=HOSTS)

    with pytest.raises(NotFound, match="says 404"):
        w.do(w.client.download_file(CDN, to))

    assert not to.exists()


def test_a_busy_server_is_asked_again(world: Make, to: Path) -> None:
    """After its Retry-After."""
    shelf = Shelf()
    shelf.refusals = [error(503, retry_after="4")]
    w = world(shelf, provider=HOSTS)

    w.do(w.client.download_file(CDN, to))

    assert [0.0, 4.0] == [sent.at for sent in w.sent]


def test_redirects_are_followed_to_known_hosts(world: Make, to: Path) -> None:
    """Each is checked like the address itself."""
    shelf = Shelf()
    shelf.refusals = [Reply(b"", 302, {"location": "/other"})]
    w = world(shelf, provider=HOSTS)
    w.do(w.client.download_file(CDN, to))
    assert ["GET /film", "GET /other"] == w.lines

    w = world(lambda sent: Reply(b"", 302, {"location": "https://evil.example/"}), provider=HOSTS)
    with pytest.raises(DecodeError, match=r"evil\.example"):
        w.do(w.client.download_file(CDN, to))


@pytest.mark.parametrize(("redirects", "comes"), [(5, True), (6, False)])
def test_redirects_are_followed_five_times(world: Make, to: Path, redirects: int, comes: bool) -> None:
    """A circle ends as an error."""
    shelf = Shelf()
    shelf.refusals = [Reply(b"", 302, {"location": f"/{number}"}) for number in range(redirects)]
    w = world(shelf, provider=HOSTS)

    with nullcontext() if comes else pytest.raises(ApiError, match="302"):
        w.do(w.client.download_file(CDN, to))

    assert comes is to.exists()


@pytest.mark.parametrize("with_length", [True, False])
def test_a_file_larger_than_the_limit_is_not_downloaded(world: Make, to: Path, with_length: bool) -> None:
    """By its declared length, or as soon as more has arrived."""
    reply = Reply(headers={"content-length": str(len(FILM))} if with_length else {}, parts=(FILM[:100], FILM[100:]))
    w = world(lambda sent: reply, provider=HOSTS)

    with pytest.raises(ReplyTooLarge, match="1,000 bytes"):
        w.do(w.client.download_file(CDN, to, limit=1000))

    assert 1 == len(w.sent)
    assert not to.exists()


def test_a_body_that_is_too_short_is_no_file(world: Make, to: Path) -> None:
    """The declared length says so."""
    w = world(lambda sent: Reply(headers={"content-length": "10"}, parts=(b"12345",)), provider=HOSTS, max_retries=0)

    with pytest.raises(ConnectionFailed, match="5 of 10 bytes"):
        w.do(w.client.download_file(CDN, to))


def test_the_size_of_the_file_may_be_unknown(world: Make, to: Path) -> None:
    """A range of an unknown whole ends where the reply ends."""
    replies = [
        Reply(headers={"etag": '"v"'}, parts=(b"abc", ConnectionFailed("lost", may_have_arrived=True))),
        Reply(status=206, headers={"etag": '"v"', "content-range": "bytes 3-5/*"}, parts=(b"def",)),
    ]
    w = world(lambda sent: replies.pop(0), provider=HOSTS)

    assert b"abcdef" == w.do(w.client.download_file(CDN, to)).read_bytes()


def test_other_bytes_than_asked_for_are_refused(world: Make, to: Path) -> None:
    """A range that begins elsewhere would make a broken file."""
    replies = [
        Reply(headers={"etag": '"v"'}, parts=(b"abc", ConnectionFailed("lost", may_have_arrived=True))),
        Reply(status=206, headers={"etag": '"v"', "content-range": "bytes 1-5/6"}, parts=(b"bcdef",)),
    ]
    w = world(lambda sent: replies.pop(0), provider=HOSTS)

    with pytest.raises(DecodeError, match="other bytes"):
        w.do(w.client.download_file(CDN, to))


def test_the_deadline_ends_a_download(world: Make, to: Path) -> None:
    """Also between two attempts; what has arrived stays."""
    shelf = Shelf(*[100] * 50)
    w = world(lambda sent: replace_takes(shelf(sent), 2.0), provider=HOSTS)

    with pytest.raises((RequestTimeout, ConnectionFailed)):
        w.do(w.client.download_file(CDN, to, timeout=7))

    assert w.elapsed <= 7.0
    assert to.with_name("film.mp4.part").stat().st_size > 0


def replace_takes(reply: Reply, seconds: float) -> Reply:
    return Reply(status=reply.status, headers=reply.headers, parts=reply.parts, takes=seconds)


def test_a_folder_that_does_not_exist_is_explained(world: Make, to: Path) -> None:
    """Before anything is sent."""
    w = world(Shelf(), provider=HOSTS)

    with pytest.raises(ConfigurationError, match="no such file or directory"):
        w.do(w.client.download_file(CDN, to.parent / "missing" / "film.mp4"))

    assert [] == w.sent


def test_what_is_there_and_no_file_is_not_replaced(world: Make, to: Path) -> None:
    """A folder or a device: nothing is sent, and it stays as it is."""
    w = world(Shelf(), provider=HOSTS)
    to.mkdir()

    with pytest.raises(ConfigurationError, match="is there already, and is no file"):
        w.do(w.client.download_file(CDN, to))

    assert [] == w.sent
    assert to.is_dir()
