"""Calls of tools: what is done with the client, and what is waited for."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import mcp_types as types

from ...clients.clock import AsyncClock
from ...clients.jobs.async_job import AsyncJob
from ...clients.jobs.async_jobs_client import AsyncJobsClient
from ...errors.client import ClientError, InvalidArgument
from ...http.request import Json, Response
from ...jobs.errors import JobTimeout
from ...jobs.handle import Handle
from ...jobs.snapshot import Update
from ...jobs.token import kind_in
from ...models.codec import as_values
from ...steps.text import dumps
from ..catalog.calling import arguments_of, client_class
from ..catalog.catalog import Catalog, Entry, JobEntry, OperationEntry
from .answers import Answers
from .book import Book
from .errors import Late, TooSlow
from .text import LIMIT
from .tools import CANCEL, LIST, RESULT, entries_of, is_object

OnUpdate: TypeAlias = Callable[[Update[Any]], Awaitable[None]]

T = TypeVar("T")

_MOST_EVENTS = 1000
"""Of a stream, one answer has at most these."""

_PATIENCE = 5.0
"""Seconds that a server that ends waits for the replies to submits that have left."""


class Calls:
    """Does what the tools of one server say."""

    def __init__(
        self,
        catalog: Catalog,
        answers: Answers,
        book: Book | None,
        *,
        base_url: str | None,
        wait: float,
        clock: AsyncClock | None,
    ) -> None:
        self.catalog = catalog
        self.answers = answers
        self.entries = entries_of(catalog)
        self._book = book
        self._options: dict[str, Any] = {"base_url": base_url, "clock": clock}
        self._wait = wait
        self._client: AsyncJobsClient | None = None
        self._submits: set[asyncio.Task[Any]] = set()
        self._left: dict[str, asyncio.Task[Any]] = {}
        """Submits whose calls have ended before them."""
        self._ours = {RESULT: self._result, CANCEL: self._cancel, LIST: self._list}

    @property
    def client(self) -> AsyncJobsClient:
        """The client of the package. Raises `ConfigurationError`: a call says that the key is missing."""
        if self._client is None:
            self._client = client_class(self.catalog, is_async=True)(**self._options)
        return self._client

    async def close(self) -> None:
        """Close the client, once submits under way have ended; jobs go on at the provider."""
        if self._submits:
            await asyncio.wait(self._submits, timeout=_PATIENCE)
        if self._client is not None:
            await self._client.close()
        if self._book is not None:
            self._book.close()

    async def call(self, name: str, given: Mapping[str, Json], on_update: OnUpdate) -> types.CallToolResult:
        """The answer of a tool."""
        entry = self.entries.get(name)
        if entry is None:
            return await self.answered(lambda: self._ours[name](given, on_update), has_state=name != LIST)

        async def answer() -> types.CallToolResult:
            return await self.finished(entry, await self.started(entry, given), on_update)

        return await self.answered(answer, entry=entry)

    async def answered(
        self,
        answer: Callable[[], Awaitable[T]],
        *,
        entry: Entry | None = None,
        has_state: bool = False,
    ) -> T | types.CallToolResult:
        """An answer, or the error that came instead as one."""
        has_state = has_state or isinstance(entry, JobEntry) or (isinstance(entry, OperationEntry) and bool(entry.job))
        is_read_only = entry is None or (isinstance(entry, OperationEntry) and entry.is_read_only)
        try:
            return await answer()
        except ClientError as error:
            return self.answers.error(error, has_state=has_state, is_read_only=is_read_only)
        except Exception as error:
            # Its text may have anything in it: the log has its class and its place, and the answer neither.
            place = error.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = "" if place is None else f" at {place.tb_frame.f_code.co_filename}:{place.tb_lineno}"
            logging.getLogger(__name__).error("%s%s", type(error).__name__, where)
            return self.answers.refused("This server has a fault, which its log names. Tell the user.")

    async def started(self, entry: Entry, given: Mapping[str, Json]) -> Any:
        """What a call gives at once: the handle of a job, or a result. A submit is not cancelled with its call."""
        arguments = arguments_of(self.catalog, entry, given)
        for name, value in arguments.items():
            _check_files(name, value)
        if not isinstance(entry, JobEntry):
            return await self._operated(entry, arguments)
        jobs, book = self.client.jobs[entry.name], self._book

        def submit() -> Coroutine[Any, Any, Any]:
            if book is not None:
                return book.job_of(jobs, arguments, dict(given))
            found: Coroutine[Any, Any, Any] = jobs.submit(**arguments)  # type: ignore[attr-defined]  # of each kind
            return found

        return await self._kept_on(f"{entry.name} {dumps(dict(sorted(given.items())))!r}", submit)

    async def finished(self, entry: Entry, found: Any, on_update: OnUpdate) -> types.CallToolResult:
        """The answer to a call that has *found* a job or a result. Waits for a job, but not for ever."""
        if isinstance(found, AsyncJob):
            kind = entry if isinstance(entry, JobEntry) else self.catalog.jobs[_kind_of(found)]
            return await self._waited(kind, found, on_update)
        if isinstance(entry, JobEntry) or (isinstance(entry, OperationEntry) and entry.job):
            return self.shown(entry, {"state": "succeeded"}, found, "")
        assert isinstance(entry, OperationEntry)
        found, media_type = found
        if entry.returns == "events":
            return self.answers.value(entry.name, found)
        if is_object(self.catalog, entry):
            return self.answers.value(entry.name, as_values(found))
        return self.shown(entry, {}, found, media_type)

    async def _waited(self, entry: JobEntry, job: AsyncJob[Any, Any], on_update: OnUpdate) -> types.CallToolResult:
        try:
            value = await job.wait(timeout=self._wait, on_update=on_update)
        except JobTimeout as error:
            last = error.transient_error
            return self.answers.running(job, "" if last is None else f"The last poll failed ({type(last).__name__}). ")
        except ClientError as error:
            self.note_end(job, error)
            raise
        self.note_end(job, value)
        reply = job.response
        media_type = "" if reply is None else reply.headers.get("content-type", "")
        return self.shown(entry, self.answers.about(job), value, media_type)

    def shown(self, entry: Entry, found: dict[str, Json], value: Any, media_type: str) -> types.CallToolResult:
        """The answer with a result, which may be a file."""
        if isinstance(value, bytes):
            file = self.answers.file(entry.name, value, media_type)
            return self.answers.with_file(self.answers.value(entry.name, {**found, "file": file}), file)
        return self.answers.value(entry.name, {**found, "result": as_values(value)})

    def note_end(self, job: AsyncJob[Any, Any], end: Any) -> None:
        """Write in the ledger how a job ended: with a result, or with an error."""
        if self._book is not None and job.id:
            self._book.note_end(job._record.kind, job.token, end)

    async def _operated(self, entry: Entry, arguments: Mapping[str, Any]) -> Any:
        """The result of an operation with the media type of its reply, or the job that it began."""
        replies: list[Response] = []
        method = getattr(self.client.with_options(on_reply=replies.append), entry.name)
        if entry.returns == "events":
            return await self._collected(method(**arguments)), ""
        try:
            async with asyncio.timeout(self._wait):
                found = await method(**arguments)
        except TimeoutError:
            raise TooSlow(f"the provider has not answered within {self._wait:g} s") from None
        if isinstance(found, Handle) or (isinstance(entry, OperationEntry) and entry.job):
            return found
        return found, replies[-1].headers.get("content-type", "") if replies else ""

    async def _collected(self, stream: Any) -> dict[str, Json]:
        """The events of a stream, until it ends, or there are enough, or the time is over."""
        events: list[Json] = []
        size = 0
        async with stream:
            try:
                async with asyncio.timeout(self._wait):
                    async for event in stream:
                        events.append(as_values(event))
                        size += len(str(events[-1]))
                        if len(events) >= _MOST_EVENTS or size > 20 * LIMIT:
                            return {"events": events, "is_complete": False}
            except TimeoutError:
                return {"events": events, "is_complete": False}
        return {"events": events, "is_complete": True}

    async def _result(self, given: Mapping[str, Json], on_update: OnUpdate) -> types.CallToolResult:
        entry, job = self.resumed(given)
        return await self._waited(entry, job, on_update)

    async def _cancel(self, given: Mapping[str, Json], on_update: OnUpdate) -> types.CallToolResult:
        entry, job = self.resumed(given)
        if not await self.cancelled(entry, job):
            title = self.catalog.title
            return self.answers.refused(
                f"{title} has no way to cancel {entry.name} jobs: it goes on, at its full cost. {RESULT} reads it."
            )
        said = f"The provider was asked to cancel it. {RESULT} shows how it ended."
        return self.answers.value(CANCEL, {**self.answers.about(job), "next": said})

    async def cancelled(self, entry: JobEntry, job: AsyncJob[Any, Any]) -> bool:
        """Ask the provider to cancel a job; false if it cannot."""
        if entry.can_be_cancelled:
            await job.cancel()  # type: ignore[attr-defined]  # as the catalog says
        return entry.can_be_cancelled

    async def _list(self, given: Mapping[str, Json], on_update: OnUpdate) -> types.CallToolResult:
        limit = given.get("limit")
        limit = 20 if limit is None else limit
        if given.keys() - {"limit"} or not isinstance(limit, int) or not 1 <= limit <= 100:
            raise InvalidArgument("limit: a whole number from 1 to 100, and there is no other argument")
        assert self._book is not None
        return self.answers.value(LIST, {"jobs": self._book.newest(limit)})

    def resumed(self, given: Mapping[str, Json]) -> tuple[JobEntry, AsyncJob[Any, Any]]:
        """The job of a token. Raises `InvalidToken`."""
        token = given.get("job")
        if isinstance(token, dict):  # some hosts read text that looks like JSON
            token = json.dumps(token)
        if given.keys() != {"job"} or not isinstance(token, str):
            raise InvalidArgument("job: the text of a token, and there is no other argument")
        job = self.client.resume(token)
        return self.catalog.jobs[kind_in(token, provider=self.catalog.name)], job

    async def _kept_on(self, call: str, submit: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of a submit, which goes on if its *call* is cancelled or has waited enough.

        Its reply says what was paid for, so the next call that is the same gets it.
        """
        task = self._left.pop(call, None) or asyncio.ensure_future(submit())
        self._submits.add(task)
        task.add_done_callback(self._over)
        try:
            async with asyncio.timeout(self._wait):
                found: T = await asyncio.shield(task)
                return found
        except TimeoutError:
            self._left[call] = task
            raise Late("the provider has not answered the submit yet") from None
        except asyncio.CancelledError:
            self._left[call] = task
            raise

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._submits.discard(task)
        if not task.cancelled():
            task.exception()  # so that asyncio does not print what nobody has asked for


def _kind_of(job: AsyncJob[Any, Any]) -> str:
    return job._record.kind.name


def _check_files(name: str, value: Any) -> None:
    """Raises `InvalidArgument` for a file that a stranger may want, and a user would not send."""
    for path in value if isinstance(value, list) else [value]:
        if isinstance(path, Path) and any(part.startswith(".") for part in path.expanduser().resolve().parts):
            raise InvalidArgument(
                f"{name}: {path} is hidden, or in a hidden folder, so it is not sent: copy it elsewhere"
            )
