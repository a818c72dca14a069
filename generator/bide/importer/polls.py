"""Which operations are polls of a job, by what they return and how they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bide.importer.documents.openapi import Api, Operation
from bide.importer.looking import Lens, Look
from bide.importer.statuses import Status, status_in, with_criteria

ACTIONS = re.compile(
    r"(?:^|[:/_-])(?:abort|archive|cancel|close|copy|delete|disable|dismiss|download|enable|pause|publish|restart|"
    r"resume|retry|start|stop|activate|deactivate|promote|lock|unlock|terminate|unarchive|update|submit_tool_outputs)(?:$|[_-])",
    re.IGNORECASE,
)
_TAILS = re.compile(r"^(?:status|progress|state|result|results|details|info)$", re.IGNORECASE)
_SAYS_STATUS = re.compile(r"status|progress|poll|result", re.IGNORECASE)
_SAYS_JOB = re.compile(
    r"(?:^|[/_-])(?:jobs?|tasks?|runs?|operations?|predictions?|batch(?:es)?|generations?|renders?|executions?|"
    r"exports?|imports?|uploads?|requests?|queries|statements?|invocations?|inferences?|transcriptions?|transcripts?)"
    r"(?:$|[/_-])|_async(?:/|$)",
    re.IGNORECASE,
)
_ID_QUERY = re.compile(r"(?:^|_)ids?$|Id$")
_NAMED = re.compile(r"\{[^{}]*\}")
_LEAST = 2.0


@dataclass(slots=True)
class Poll:
    """An operation that may be the poll of a job."""

    operation: Operation
    reply: Look
    status: Status | None
    points: float
    signals: list[str] = field(default_factory=list)
    id: str = ""
    """The parameter that is the id of the job."""
    is_in_query: bool = False

    @property
    def collection(self) -> str:
        """The path of the submit if this is its child: `/jobs` of `/jobs/{id}` and of `/jobs/{id}/status`."""
        parts = self.operation.segments
        while parts and not is_parameter(parts[-1]):
            parts = parts[:-1]
        return shape(parts[:-1]) if parts else shape(self.operation.segments)


def polls_of(api: Api, lens: Lens) -> list[Poll]:
    """The operations that may be polls, those with enough points."""
    posts = {shape(each.segments) for each in api.operations if each.method == "post"}
    found = [poll for operation in api.operations if (poll := _poll(lens, operation, posts)) is not None]
    whole = {shape(poll.operation.segments): poll for poll in found if poll.status is not None and poll.status.is_job}
    return [poll for poll in found if poll.points >= _LEAST and not _is_part_of(poll, whole)]


def _is_part_of(poll: Poll, whole: dict[str, Poll]) -> bool:
    """Whether `/jobs/{id}` has all that `/jobs/{id}/status` has, and more."""
    parts = poll.operation.segments
    other = whole.get(shape(parts[:-1])) if len(parts) > 1 and _TAILS.match(parts[-1]) else None
    return other is not None and poll.reply.properties.keys() <= other.reply.properties.keys()


def is_parameter(segment: str) -> bool:
    """Whether a part of a path is a parameter, alone or with a verb behind it."""
    return segment.startswith("{") and segment.endswith("}") and segment.count("{") == 1


def shape(segments: list[str]) -> str:
    """A path in which the names of parameters do not matter."""
    return "/" + "/".join(_NAMED.sub("{}", each) for each in segments)


def path_to_id(asked: Operation) -> list[str]:
    """The path of a poll up to the id of the job."""
    parts = asked.segments
    while parts and not is_parameter(parts[-1]):
        parts = parts[:-1]
    return parts or asked.segments


def _poll(lens: Lens, operation: Operation, posts: set[str]) -> Poll | None:
    parts = operation.segments
    if not parts or operation.method not in ("get", "post"):
        return None
    text = f"{operation.id} {operation.summary}"
    if operation.method == "post" and not re.search(r"\b(?:get|check|poll).*status|status of", text, re.IGNORECASE):
        return None
    if ACTIONS.search(parts[-1]) and not is_parameter(parts[-1]):
        return None
    tail = _TAILS.match(parts[-1]) is not None
    at = parts[-2] if tail and len(parts) > 1 else parts[-1]
    is_child, in_query = is_parameter(at), ""
    holders = [each for each in parts if is_parameter(each)]
    if not is_child and operation.method == "get" and holders and shape(parts) in posts:
        at, is_child = holders[-1], True  # the status of an action, at the address of the action
    if not is_child:
        names = [each.name for each in operation.parameters if each.place == "query" and _ID_QUERY.search(each.name)]
        required = {each.name for each in operation.parameters if each.required}
        names.sort(key=lambda name: name not in required)
        if not names or not _SAYS_STATUS.search(f"{operation.path} {operation.id}"):
            return None
        in_query = names[0]
    reply = lens.reply(operation)
    status = with_criteria(lens, reply, status_in(lens, reply), operation.raw.get("x-speakeasy-polling"))
    poll = Poll(operation, reply, status, 0.0, id=at[1:-1] if is_child else in_query, is_in_query=not is_child)
    _score(poll)
    return poll


def _score(poll: Poll) -> None:
    operation, status = poll.operation, poll.status

    def add(points: float, signal: str) -> None:
        poll.points += points
        poll.signals.append(signal)

    if status is not None and status.is_job and status.is_boolean:
        add(4, "done")
    elif status is not None and status.is_job:
        add(5, "statuses of a job") if status.is_listed else add(4, "statuses in words")
    elif status is not None and not status.words and not status.is_boolean:
        add(1, "a status without values")
    if {200, 202} <= operation.statuses and operation.method == "get":
        add(4, "200 and 202")
    if re.search(r"/(?:status|progress|state)(?:/|$|\.)|_status", operation.path):
        add(2, "the path says status")
    if _SAYS_JOB.search(operation.path):
        add(1, "the path says job")
    if re.search(r"[/_-]async(?:/|$)", operation.path):
        add(1, "the path says async")
    if _SAYS_STATUS.search(f"{operation.summary} {operation.id}"):
        add(1, "its name says status")
