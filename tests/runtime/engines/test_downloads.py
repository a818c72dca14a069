"""Downloads over every engine: a file that is cut twice arrives whole."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

from bide_runtime.clients.clock import SystemClock
from bide_runtime.clients.downloads.part_file import PartFile
from bide_runtime.clients.downloads.pour import poured
from bide_runtime.engines.transport import Transport
from bide_runtime.errors.transport import ConnectionFailed
from bide_runtime.waiting.flow import Send

from tests.runtime.engines.engine import AMPLE, get
from tests.runtime.engines.server import Peer, Received, Server, head

FILM = bytes(range(256)) * 4000


def test_a_file_that_is_cut_goes_on_where_it_stopped(transport: Transport, tmp_path: Path) -> None:
    """The bytes are those of the server, each once, uncompressed."""
    asked: list[str] = []

    def answer(peer: Peer, request: Received) -> None:
        asked.append(request.headers.get("range", ""))
        first = int(asked[-1].removeprefix("bytes=").removesuffix("-") or 0)
        more = {"content_range": f"bytes {first}-{len(FILM) - 1}/{len(FILM)}"} if first else {}
        status = "206 Partial Content" if first else "200 OK"
        peer.send(head(status=status, content_length=str(len(FILM) - first), etag='"v1"', **more))
        peer.send(FILM[first : first + 400_000])
        if first + 400_000 < len(FILM):
            peer.close()

    file = PartFile(tmp_path / "film.mp4")
    target = file.opened(None)
    with Server(answer) as server, closing(file):
        while target.size < len(FILM):
            before = target.size
            # An engine may lose the last bytes before a cut, but not all of them.
            with suppress(ConnectionFailed):
                poured(transport, Send(target.ranged(get(server.url)), AMPLE), target, SystemClock())
            assert target.size > before

    assert file.finish().read_bytes() == FILM
    assert len(asked) >= 3
    assert asked[0] == ""
    assert all(range.startswith("bytes=") for range in asked[1:])
