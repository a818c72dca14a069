"""Decompression of reply bodies in chunks."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest
from bide_runtime.engines.bodies.received import Body, Decompressor
from bide_runtime.errors.transport import ConnectionFailed, ReplyTooLarge
from hypothesis import assume, given
from hypothesis import strategies as st


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "two-gzips": ("gzip", lambda data: gzip.compress(data[:3]) + gzip.compress(data[3:])),
    "padded-gzip": ("gzip", lambda data: gzip.compress(data) + bytes(8)),
    "zlib": ("deflate", zlib.compress),
    "deflate": ("deflate", deflated),
    "none": ("", bytes),
}


def pieces(data: bytes, sizes: list[int]) -> list[bytes]:
    """The data in pieces of these sizes, repeated."""
    cut: list[bytes] = []
    while data:
        size = sizes[len(cut) % len(sizes)]
        cut.append(data[:size])
        data = data[size:]
    return cut


def gathered(coding: str, cut: list[bytes], limit: int = 10**6) -> bytes:
    body = Body({"content-encoding": coding}, limit=limit)
    for piece in cut:
        body.add(piece)
    return body.whole()


@pytest.mark.parametrize("packer", PACKERS)
@given(data=st.binary(max_size=300), sizes=st.lists(st.integers(1, 40), min_size=1))
def test_any_chunks_give_the_same_body(packer: str, data: bytes, sizes: list[int]) -> None:
    """A body is the same for any chunks and any coding."""
    coding, pack = PACKERS[packer]

    assert data == gathered(coding, pieces(pack(data), sizes))


@pytest.mark.parametrize("packer", ["gzip", "zlib", "deflate"])
@given(data=st.binary(max_size=300), end=st.integers(1, 400), sizes=st.lists(st.integers(1, 40), min_size=1))
def test_a_truncated_compressed_body_is_refused(packer: str, data: bytes, end: int, sizes: list[int]) -> None:
    """A compressed body without its end raises."""
    coding, pack = PACKERS[packer]
    packed = pack(data)
    assume(end < len(packed))

    with pytest.raises(ConnectionFailed, match="truncated"):
        gathered(coding, pieces(packed[:end], sizes))


@given(size=st.integers(0, 4000), limit=st.integers(0, 4000), packer=st.sampled_from(sorted(PACKERS)))
def test_the_limit(size: int, limit: int, packer: str) -> None:
    """A body of exactly the limit is accepted; one byte more is refused."""
    coding, pack = PACKERS[packer]
    cut = pieces(pack(b"x" * size), [100])
    if size <= limit:
        assert size == len(gathered(coding, cut, limit))
    else:
        with pytest.raises(ReplyTooLarge):
            gathered(coding, cut, limit)


def test_a_zip_bomb_is_decompressed_in_chunks() -> None:
    """A highly compressed body is never decompressed at once."""
    bomb = gzip.compress(bytes(10**7))
    sizes = [len(piece) for piece in Decompressor({"content-encoding": "gzip"}).feed(bomb)]

    assert 10**7 == sum(sizes)
    assert max(sizes) <= 2**18


@given(data=st.binary(max_size=60), coding=st.sampled_from(["gzip", "deflate"]))
def test_data_that_is_not_compressed_is_a_body_or_an_error(data: bytes, coding: str) -> None:
    """Bytes that are not in the declared coding are a body, or raise an error of ours."""
    try:
        assert isinstance(gathered(coding, [data]), bytes)
    except ConnectionFailed as error:
        assert "compressed body" in error.message  # noqa: PT017  # either way is right
