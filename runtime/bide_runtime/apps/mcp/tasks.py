"""The Tasks extension of the protocol (2026-07-28), which is experimental: a job as a task, whose id is its token."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import mcp_types as types
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.server.mcpserver import require_client_extension
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from ...clients.jobs.async_job import AsyncJob
from ...errors.client import ClientError, InvalidArgument, InvalidToken
from ...http.errors import Gone, NotFound
from ...http.request import Json, Response
from ...jobs.errors import JobCancelled
from ...jobs.snapshot import Update
from ...jobs.token import kind_in
from ...jobs.token import read as read_token
from ...steps.look import Look
from ..catalog.catalog import JobEntry, OperationEntry
from .calls import Calls
from .text import portable

Context = ServerRequestContext[Any, Any]

_MOST = 1000
"""Of how many tasks the last look is remembered. Others are looked at anew."""


class TaskParams(types.RequestParams):
    """The parameters of `tasks/get` and `tasks/cancel`."""

    task_id: str


class UpdateParams(TaskParams):
    """The parameters of `tasks/update`."""

    input_responses: dict[str, Any] | None = None


class _Seen(NamedTuple):
    """What the last look at a task has left."""

    token: str
    memo: str
    ended: dict[str, Json] | None = None
    """How it ended, with its result."""


class Tasks(Extension):
    """Jobs as tasks, for hosts that ask for them. Any server process of the package answers for any of its tasks."""

    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._seen: dict[str, _Seen] = {}

    def methods(self) -> Sequence[MethodBinding]:
        """What the extension adds to the protocol."""
        modern = frozenset(MODERN_PROTOCOL_VERSIONS)
        return [
            MethodBinding("tasks/get", TaskParams, self._get, modern),
            MethodBinding("tasks/update", UpdateParams, self._update, modern),
            MethodBinding("tasks/cancel", TaskParams, self._cancel, modern),
        ]

    async def intercept_tool_call(
        self, params: types.CallToolRequestParams, ctx: Context, call_next: CallNext
    ) -> HandlerResult:
        """Answer with a task, if the host asks for tasks and the tool has begun a job that is not over."""
        entry = self._calls.entries.get(params.name)
        is_job = isinstance(entry, JobEntry) or (isinstance(entry, OperationEntry) and entry.job is not None)
        if entry is None or not is_job or not _declares_tasks(ctx):
            return await call_next(ctx)

        async def answer() -> dict[str, Any] | types.CallToolResult:
            found = await self._calls.started(entry, params.arguments or {})
            if not isinstance(found, AsyncJob) or found.is_done or not found.id:
                return await self._calls.finished(entry, found, _unheard)
            facts = self._calls.client.jobs[kind_in(found.token, provider=self._calls.catalog.name)].facts
            return {
                "resultType": "task",
                **self._task(portable(found.token), "working", facts.interval[0], found.status),
            }

        return await self._calls.answered(answer, entry=entry)

    async def _get(self, ctx: Context, params: TaskParams) -> dict[str, Any]:
        require_client_extension(ctx, self.identifier)
        entry, job = self._known(params)
        seen = self._seen.get(params.task_id)
        if seen is not None and seen.ended is not None:
            return seen.ended
        replies: list[Response] = []
        jobs = self._calls.client.with_options(on_reply=replies.append).jobs[entry.name]
        try:
            look: Look[Any, Any] = await jobs.look(*((job.token, None) if seen is None else (seen.token, seen.memo)))
        except ClientError as error:
            code = types.INVALID_PARAMS if isinstance(error, NotFound | Gone) else types.INTERNAL_ERROR
            raise MCPError(code, f"The task could not be looked at: {self._said(error)}") from None
        ended = None
        if look.is_over:
            ended = await self._ended(entry, params.task_id, look, replies)
            self._calls.note_end(job, look.error if look.error is not None else look.value)
        self._seen[params.task_id] = _Seen(look.token, look.memo, ended)
        while len(self._seen) > _MOST:
            del self._seen[next(iter(self._seen))]
        if ended is not None:
            return ended
        assert look.due_at is not None
        said = look.status or look.state.value
        wall = self._calls.client._clock.wall()
        said = said if entry.can_be_cancelled else f"{said}; the provider has no way to cancel it"
        return self._task(params.task_id, "working", look.due_at - wall, said)

    async def _ended(self, entry: JobEntry, task: str, look: Look[Any, Any], replies: list[Response]) -> dict[str, Any]:
        """The task of a job that is over, with what its tool would have answered."""
        if isinstance(look.error, JobCancelled):
            return self._task(task, "cancelled", None, look.error.message)

        async def answer() -> types.CallToolResult:
            value = look.result
            found: dict[str, Json] = {"state": look.state.value, "job": task}
            if (status := self._calls.answers.status(look.status)) is not None:
                found["status"] = status
            return self._calls.shown(
                entry, found, value, replies[-1].headers.get("content-type", "") if replies else ""
            )

        result = await self._calls.answered(answer, entry=entry)
        dumped = result.model_dump(by_alias=True, mode="json", exclude_none=True)
        return {**self._task(task, "completed", None, look.status), "result": dumped}

    async def _update(self, ctx: Context, params: UpdateParams) -> dict[str, Any]:
        """No task of ours asks for anything, so every answer is one that nobody waits for."""
        require_client_extension(ctx, self.identifier)
        self._known(params)
        return {}

    async def _cancel(self, ctx: Context, params: TaskParams) -> dict[str, Any]:
        """Ask the provider. Where it has no way to cancel, the task goes on, as the protocol allows."""
        require_client_extension(ctx, self.identifier)
        entry, job = self._known(params)
        try:
            await self._calls.cancelled(entry, job)
        except ClientError as error:
            raise MCPError(types.INTERNAL_ERROR, f"The provider did not cancel it: {self._said(error)}") from None
        return {}

    def _known(self, params: TaskParams) -> tuple[JobEntry, AsyncJob[Any, Any]]:
        """The job of a task."""
        try:
            return self._calls.resumed({"job": params.task_id})
        except (InvalidToken, InvalidArgument) as error:
            raise MCPError(types.INVALID_PARAMS, f"There is no such task: {self._said(error)}") from None
        except ClientError as error:
            raise MCPError(types.INTERNAL_ERROR, self._said(error)) from None

    def _said(self, error: ClientError) -> str:
        return f"{type(error).__name__}: {self._calls.answers.status(error.message)}"

    def _task(self, token: str, status: str, poll_in: float | None, said: str | None) -> dict[str, Any]:
        """A task as the protocol has it."""
        catalog = self._calls.catalog
        kind = kind_in(token, provider=catalog.name)
        submitted_at = read_token(token, provider=catalog.name, job=kind).submitted_at
        retention = self._calls.client.jobs[kind].facts.retention
        lives = None if retention is None else int((retention + catalog.jobs[kind].timeout) * 1000)
        found: dict[str, Any] = {
            "taskId": token,
            "status": status,
            "createdAt": _moment(time.time() if submitted_at is None else submitted_at),
            "lastUpdatedAt": _moment(time.time()),
            "ttlMs": lives,
        }
        if (message := self._calls.answers.status(said)) is not None:
            found["statusMessage"] = message
        if poll_in is not None:
            found["pollIntervalMs"] = max(int(poll_in * 1000), 1)
        return found


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _declares_tasks(ctx: Context) -> bool:
    """Whether the host of this request takes tasks."""
    capabilities = ctx.session.client_capabilities
    return (
        ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
        and capabilities is not None
        and Tasks.identifier in (capabilities.extensions or {})
    )


async def _unheard(update: Update[Any]) -> None:
    """Nobody waits for news of a job that is over."""
