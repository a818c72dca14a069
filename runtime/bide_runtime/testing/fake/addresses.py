"""The addresses of a fake provider: their routes, replies and faults."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain, zip_longest
from typing import Any, Protocol
from urllib.parse import unquote

import msgspec

from ...errors.client import ClientError
from ...http.request import Json, placeholders
from ...jobs.requests.submit_at import IdAt
from ...models.codec import follow
from ..faults import Fault
from .bodies import made_up, plain, typed
from .transport import Reply, Sent

JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Route:
    """Matches requests by method, path and, if those are ambiguous, constants in the body, or its media type."""

    method: str
    path: str
    """Below the base URL, with `{name}` for each parameter."""
    constants: tuple[tuple[tuple[str, ...], Json], ...] = ()
    """(path in the body, value) pairs."""
    texts: tuple[tuple[str, str, str], ...] = ()
    """(`query`, `header` or `body`, name, text) of a request about one job. Texts may have `{name}` in them."""
    counted_as: str = ""
    """The rate limit bucket, if it is not method and path."""
    auth: tuple[str, ...] | None = None
    """The secrets that a request needs, by the client's arguments; `None`: the usual ones."""
    media_type: str = ""
    """The media type of the body; empty: any."""

    @property
    def bucket(self) -> str:
        """The rate limit bucket."""
        return self.counted_as or f"{self.method} {self.path.partition('?')[0]}"

    @property
    def rank(self) -> tuple[int, int]:
        """How specific the route is: more with each character of its path outside of parameters, with each constant,
        and with a media type.
        """
        return len(_PARAMETER.sub("", self.path)), len(self.constants) + bool(self.media_type)

    def arguments(self, sent: Sent, path: str) -> Mapping[str, str] | None:
        """The values of the names in a request to *path*, or `None` if it does not match."""
        wanted, _, query = self.path.partition("?")
        if sent.request.method != self.method:
            return None
        texts = [(wanted, path)]
        texts += [(unquote(text), dict(sent.query).get(unquote(name), "")) for name, text in _pairs(query)]
        for place, name, text in self.texts:
            match place:
                case "query":
                    said: Json = dict(sent.query).get(name)
                case "header":
                    said = sent.request.headers.get(name.lower())
                case _:
                    said = follow(sent.json, (name,))
            texts.append((text, said if isinstance(said, str) else ""))
        found: dict[str, str] = {}
        for text, given in texts:
            match = _pattern(text).fullmatch(given)
            if match is None:
                return None
            found |= {name: unquote(value) if text is wanted else value for name, value in _names(text, match)}
        return found

    def takes(self, sent: Sent, path: str) -> bool:
        """Whether a request to *path* matches this route."""
        kind = sent.request.headers.get("content-type", "").partition(";")[0].lower()
        if self.media_type not in ("", kind) or self.arguments(sent, path) is None:
            return False
        return all(follow(sent.json, place) == value for place, value in self.constants)


_PARAMETER = re.compile(r"\{[^}]*\}")


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """A pattern with a group for each name in *text*; only a name with a `+` spans segments of a path."""
    parts = re.split(r"\{(\+?)[\w.-]+\}", text)
    values = [r"([^/]+)" if text.startswith("/") and not plus else "(.+)" for plus in parts[1::2]]
    return re.compile("".join(chain.from_iterable(zip_longest(map(re.escape, parts[::2]), values, fillvalue=""))))


def _names(text: str, match: re.Match[str]) -> Iterator[tuple[str, str]]:
    return zip(placeholders(text), match.groups(), strict=True)


def _pairs(query: str) -> Iterator[tuple[str, str]]:
    return ((name, text) for name, _, text in (pair.partition("=") for pair in query.split("&") if pair))


class Submitted(Protocol):
    """A kind of job."""

    def submitted(self, sent: Sent, *, route: Route | None = None, job_id: IdAt | None = None) -> Reply: ...


class Address:
    """One address: its next faults, and the requests that it received."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.requests: list[Sent] = []
        """The requests that arrived so far."""
        self._faults: deque[Fault | None] = deque()

    def inject(self, *faults: Fault | None) -> None:
        """Inject one fault into each of the next requests; `None` is no fault."""
        self._faults.extend(faults)

    def forget(self, before: float) -> None:
        """Drop the requests that were sent before this time."""
        self.requests = [sent for sent in self.requests if sent.at >= before]

    def next_fault(self) -> Fault | None:
        return self._faults.popleft() if self._faults else None


class FakeOperation(Address):
    """One operation of a fake provider."""

    def __init__(
        self, role: str, route: Route, replies: Mapping[int, Any], becomes: tuple[int, Submitted, IdAt] | None = None
    ) -> None:
        super().__init__(role)
        self.route = route
        self._becomes = becomes
        self._status, wanted = next(iter(replies.items()))
        self._answers: deque[Callable[[Sent], Reply]] = deque()
        usual = Reply(made_up(wanted), self._status, JSON)
        self._answer: Callable[[Sent], Reply] = partial(_always, usual)
        """The last answer, which is repeated when no others are left."""

    def answers(self, *values: object, status: int | None = None) -> None:
        """Answer with these values, one after another; the last one is repeated."""
        for value in values:
            reply = Reply(plain(value), self._status if status is None else status, JSON)
            self._answers.append(partial(_always, reply))

    def becomes_a_job(self) -> None:
        """Answer with a job, which follows the next plan of its kind."""
        if self._becomes is None:
            raise ValueError(f"{self.role} never answers with a job")
        status, jobs, job_id = self._becomes
        self._answers.append(lambda sent: replace(jobs.submitted(sent, route=self.route, job_id=job_id), status=status))

    def answer(self, sent: Sent) -> Reply:
        if self._answers:
            self._answer = self._answers.popleft()
        return self._answer(sent)


class FakeStreaming(Address):
    """One operation of a fake provider that returns a stream of events."""

    def __init__(
        self,
        role: str,
        route: Route,
        events: Mapping[str, Any],
        *,
        last: frozenset[str] = frozenset(),
        end: str = "",
        is_named: bool = True,
        is_lines: bool = False,
    ) -> None:
        """*end* is the data after the last event. If *is_named*, events are sent with their names."""
        super().__init__(role)
        self.route = route
        self.last = last
        """The events that end a complete stream."""
        self._end = end
        self._is_lines = is_lines
        self._names = {wanted: name if is_named else "" for name, wanted in reversed(list(events.items()))}
        self._parts: tuple[bytes | ClientError, ...] = ()
        in_order = sorted(events.items(), key=lambda event: event[0] in last)
        self.streams(*(typed(wanted, made_up(wanted)) for _, wanted in in_order))

    def streams(self, *events: object) -> None:
        """Send these: typed events, raw bytes, or an error that ends the stream.

        If all are typed events, what comes after the last one is sent too.
        """
        self._parts = tuple(
            event if isinstance(event, bytes | ClientError) else self.text_of(event) for event in events
        )
        if self._end and not any(isinstance(event, bytes | ClientError) for event in events):
            self._parts += (self._text("", self._end.encode()),)

    def text_of(self, event: object) -> bytes:
        """A typed event as it is sent."""
        return self._text(self._names.get(type(event), ""), msgspec.json.encode(plain(event)))

    def _text(self, name: str, data: bytes) -> bytes:
        if self._is_lines:
            return data + b"\n"
        return (b"event: %b\n" % name.encode() if name else b"") + b"data: %b\n\n" % data

    @property
    def _media_type(self) -> str:
        return "application/x-ndjson" if self._is_lines else "text/event-stream"

    def answer(self, sent: Sent) -> Reply:
        return Reply(headers={"content-type": self._media_type}, parts=self._parts)


def _always(reply: Reply, sent: Sent) -> Reply:
    return reply
