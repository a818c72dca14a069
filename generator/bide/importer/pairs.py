"""Which submit belongs to which poll: points for each sign, and the sum that is enough."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from bide.importer.documents.openapi import Api, Operation
from bide.importer.documents.reading import Json
from bide.importer.looking import Lens, Look
from bide.importer.polls import ACTIONS, Poll, is_parameter, path_to_id, polls_of, shape
from bide.importer.statuses import status_in

CERTAIN = 12.0
"""A job with this many points is written; one with fewer is proposed in a comment."""

_ENOUGH, _ENOUGH_OF_PAIR = 8.5, 4.5
_EXTENSIONS = ("x-ms-long-running-operation", "x-aep-long-running-operation", "x-speakeasy-polling")
_GENERIC = re.compile(
    r"(?:^|/)(?:tasks?|jobs?|requests?|generations?|get_result|status|operations?|async-task)(?:/|$)", re.IGNORECASE
)
_ASYNC = re.compile(
    r"\basync|asynchronous|\bqueue|\bjob\b|long.running|background|\bpoll|webhook|status of|"
    r"takes? (?:a few|some|several)",
    re.IGNORECASE,
)
_PATH_ASYNC = re.compile(r"async|jobs?(?:/|$)|batch|queue|tasks?(?:/|$)", re.IGNORECASE)
_ENDS = re.compile(r"(?:^|[/:_-])(?:abort|cancel|dismiss|pause|stop|terminate)(?:$|[_-])", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:poll|polling|status|get|result|task|operation)s?_?[uU][rR][lL]$")
_LIVING = re.compile(
    r"^(?:agent|automation|branch|channel|cluster|connection|connector|consent|conversation|database|deployment|domain|endpoint|"
    r"index|instance|message|monitor|pipeline|project|session|store|thread|vector_store|webhook|workspace)$"
)
"""Things that live on once they are there. Their status is no end."""
_RUNS = re.compile(
    r"(?:^|[/:_-])(?:run|start|sync|train|convert|export|generate|execute|process|render|transcribe|translate|restore)"
    r"(?:$|[_-])",
    re.IGNORECASE,
)


_SAID = {
    "200 and 202": "the poll answers 200 or 202",
    "202": "the submit answers 202",
    "a link": "a link of the document leads to the poll",
    "a status in the reply": "the reply has a status",
    "a status without values": "the poll has a status without listed values",
    "a thin reply": "the reply has few fields",
    "a verb, and operations beside it": "the submit is a verb, and operations are beside it",
    "an address in a field": "a field of the reply has an address",
    "an address in a header": "a header of the reply has an address",
    "an extension": "an extension of the document says so",
    "an id": "the reply has an id",
    "an id by its noun": "the reply has an id with the noun of the poll",
    "an id for its parameter": "the reply has an id with the name of the poll's parameter",
    "an id in a list": "the reply has an id in a list",
    "done": "the poll says whether the job is done",
    "its name says status": "the poll's name says status",
    "its path is about waiting": "the submit's path is about waiting",
    "its text is about waiting": "the submit's text is about waiting",
    "its text names the poll": "the submit's text names the poll",
    "statuses in words": "the poll's text names statuses of a job",
    "statuses of a job": "the poll has the statuses of a job",
    "statuses of the poll": "the reply has statuses of the poll",
    "the id of something else": "the reply has an id of that name, but it may be of something else",
    "the only poll of a provider with one for all": "it is the only poll, for all submits",
    "the path says async": "the poll's path says async",
    "the path says job": "the poll's path says job",
    "the path says status": "the poll's path says status",
    "the same model": "both return the same model",
    "the same noun": "both have the same noun",
    "the same path": "both have the same path",
    "the same resource": "the submit is an action on what the poll shows",
    "the same statuses": "both have the same statuses",
    "the same tag": "both have the same tag",
}
"""Signs that read badly by themselves, as people are told of them."""


class Add(Protocol):
    """Adds points to a pair for a sign."""

    def __call__(self, points: float, signal: str, *, strong: bool = False) -> None: ...


@dataclass(slots=True)
class Pair:
    """A submit and its poll, with what speaks for it."""

    submit: Operation
    poll: Poll
    points: float = 0.0
    signals: list[str] = field(default_factory=list)
    id_field: tuple[str, ...] = ()
    """Where the reply to the submit has the id."""
    header: str = ""
    """The header with the address of the poll."""
    address: tuple[str, ...] = ()
    """The field with the address of the poll."""
    is_strong: bool = False
    of_pair: float = 0.0
    is_of_argument: bool = False
    argument: str = ""
    """The argument that is the id, if the document tells."""
    """Whether the id is an argument of the submit."""

    @property
    def is_certain(self) -> bool:
        return self.points >= CERTAIN

    @property
    def reasons(self) -> list[str]:
        """What speaks for it, for people."""
        return [_SAID.get(each, each) for each in dict.fromkeys(self.signals)]


def pairs_of(api: Api, lens: Lens) -> list[Pair]:
    """The jobs of an API: the best pair of each submit, if it has enough points."""
    polls = polls_of(api, lens)
    hubs = _hubs(api, polls)
    is_alone = sum(poll.status is not None and poll.status.is_job for poll in polls) == 1
    found = []
    twins = {shape(each.segments) for each in api.operations if each.method == "post"}
    for operation in api.operations:
        if not _may_submit(lens, operation) or _has_twin(operation, twins):
            continue
        pairs = [_scored(lens, operation, poll, twins, is_hub=poll in hubs, is_alone=is_alone) for poll in polls]
        best = max((pair for pair in pairs if pair is not None), key=lambda pair: pair.points, default=None)
        if best is not None and best.is_strong and best.of_pair >= _ENOUGH_OF_PAIR and best.points >= _ENOUGH:
            found.append(best)
        elif (by_header := _by_header(operation)) is not None:
            found.append(by_header)
    return found


def _by_header(submit: Operation) -> Pair | None:
    """A submit whose reply has the address of the poll in a header, as its extension says; the document has no poll."""
    if not submit.raw.get("x-ms-long-running-operation"):
        return None
    poll = Poll(replace(submit, method="get", path="", id="", parameters=[], replies=[], raw={}), Look(), None, 0.0)
    declared = next((name for reply in submit.successes for name in reply.headers if _is_location(name)), "")
    options = mapping_of(submit.raw.get("x-ms-long-running-operation-options"))
    via = str(options.get("final-state-via", ""))
    usual = {"azure-async-operation": "Azure-AsyncOperation", "operation-location": "Operation-Location"}
    pair = Pair(submit, poll, points=CERTAIN, header=declared or usual.get(via, "Location"), is_strong=True)
    pair.signals.append("an extension")
    return pair


def _may_submit(lens: Lens, operation: Operation) -> bool:
    """Whether an operation may submit a job."""
    has_extension = any(operation.raw.get(name) for name in _EXTENSIONS)
    last = operation.segments[-1] if operation.segments else ""
    if operation.method == "get":
        return 202 in operation.statuses and 200 not in operation.statuses
    if operation.method in ("put", "patch", "delete"):
        return has_extension or 202 in operation.statuses or _is_task(lens, operation)
    if operation.method != "post" or (not operation.successes and not has_extension):
        return False
    verb = last.partition(":")[2] if ":" in last else last
    is_action = ACTIONS.search(verb) is not None and not is_parameter(last)
    if _ENDS.search(verb) and not is_parameter(last) and not _is_task(lens, operation):
        return False
    return not is_action or has_extension or 202 in operation.statuses or _is_task(lens, operation)


def _has_twin(operation: Operation, paths: set[str]) -> bool:
    """Whether another path has the same work as a job: `/parse_async` beside `/parse`. This one answers then."""
    path = shape(operation.segments)
    return any(f"{path}{ending}" in paths for ending in ("/async", "_async", "-async"))


def _is_task(lens: Lens, operation: Operation) -> bool:
    """Whether the reply is a task of its own, with an id and a status of a job."""
    reply = lens.reply(operation)
    status = status_in(lens, reply)
    ids = {"taskid", "taskuid", "uid"}
    return status is not None and status.is_job and any(_squeezed(name) in ids for name in reply.properties)


def _hubs(api: Api, polls: list[Poll]) -> list[Poll]:
    """The one generic poll of an API that no POST at its collection makes; none if there are several."""
    posts = {shape(each.segments) for each in api.operations if each.method == "post"}
    changed = {shape(each.segments) for each in api.operations if each.method in ("patch", "put")}
    found = [
        poll
        for poll in polls
        if _GENERIC.search(poll.operation.path)
        and len([each for each in poll.operation.parameters if each.place == "path"]) <= 1
        and poll.collection not in posts
        and shape(poll.operation.segments) not in changed
        and poll.points >= 4
    ]
    return found if len(found) == 1 else []


def _scored(lens: Lens, submit: Operation, poll: Poll, posts: set[str], *, is_hub: bool, is_alone: bool) -> Pair | None:
    """The points of a pair; `None` if nothing connects the two."""
    pair = Pair(submit, poll)
    reply = lens.reply(submit)
    inner, wrapped = _unwrapped(lens, reply)
    asked = poll.operation
    submit_shape, poll_shape = shape(submit.segments), shape(asked.segments)

    def add(points: float, signal: str, *, strong: bool = False) -> None:
        pair.of_pair += points
        pair.signals.append(signal)
        pair.is_strong = pair.is_strong or strong

    if submit is asked:
        return None
    is_below = submit_shape.startswith(f"{shape(path_to_id(asked))}/")
    _links(submit, asked, pair, add)
    header = next((name for reply in submit.successes for name in reply.headers if _is_location(name)), "")
    if header:
        pair.header = header
        add(1, "an address in a header")
    address = next((name for name in inner.properties if _ADDRESS.search(name)), "")
    is_new = bool(reply.name) and reply.name == poll.reply.name and not ACTIONS.search(submit.segments[-1])
    if (
        is_below
        and not _same_resource(submit, poll)
        and not pair.is_strong
        and 202 not in submit.statuses
        and not is_new
    ):
        return None
    if poll.collection == submit_shape:
        add(6, "the poll is below the submit", strong=True)
    elif submit_shape == poll_shape and submit.method != asked.method:
        is_update = is_parameter(submit.segments[-1]) and (
            submit.method != "post" or shape(submit.segments[:-1]) in posts
        )
        if is_update and not any(submit.raw.get(name) for name in _EXTENSIONS):
            return None
        pair.is_of_argument = is_parameter(submit.segments[-1])
        add(6, "the same path", strong=True)
    elif poll.collection.removesuffix("/jobs").removesuffix("/operations") == _without_verb(submit):
        add(5, "the poll is below the submit, but for a folder of jobs", strong=True)
    elif _is_verb_of(submit, poll) and (poll.reply.name and poll.reply.name == reply.name):
        add(5, "a verb, and operations beside it", strong=True)
    elif _same_resource(submit, poll):
        pair.is_of_argument = True
        add(5, "the same resource", strong=True)
    if pair.id_field[:1] and pair.id_field[0] not in reply.properties:
        pair.id_field = ()  # the link leads to nothing
    _id(lens, reply, inner, wrapped, poll, pair, add)
    text = submit.text
    if (asked.id and len(asked.id) > 5 and asked.id in text) or (asked.path in text and len(asked.segments) > 1):
        add(4, "its text names the poll", strong=True)
    is_near = _is_near(submit, poll) or is_below or 202 in submit.statuses
    if reply.name and reply.name == poll.reply.name:
        add(3, "the same model", strong=is_near)
    _statuses(lens, reply, poll, add)
    if _noun(submit.segments) and _noun(submit.segments) == _noun(asked.segments):
        add(2, "the same noun")
    if set(submit.tags) & set(asked.tags):
        add(1, "the same tag")
    is_thin = 0 < len(inner.properties) <= 4 and not wrapped
    if is_hub and (is_thin or address) and (is_alone or _is_near(submit, poll) or _is_short_for(inner, poll)):
        add(4, "the only poll of a provider with one for all", strong=True)
    if address:
        pair.address = (*wrapped, address)
        add(2, "an address in a field")
    mine = {each.name for each in submit.parameters if each.place == "path"}
    others = [each.name for each in asked.parameters if each.place == "path" and each.name not in (poll.id, *mine)]
    if others:
        pair.of_pair -= 2 * len(others)
    is_child = "the poll is below the submit" in pair.signals
    if poll.collection in posts and not is_child and submit_shape != poll_shape and not pair.is_of_argument:
        pair.of_pair -= 0.5  # of two that are alike, the one that belongs to no other submit
    if poll.points < 3 and not is_child:
        return None
    if _LIVING.match(_noun(asked.segments)) and 202 not in submit.statuses and not _ASYNC.search(submit.text):
        return None
    common = len(_common(submit.segments, asked.segments))
    pair.of_pair += common * 0.25
    if not pair.is_strong:
        return None
    _whole(lens, submit, inner, wrapped, poll, pair)
    return pair


def _whole(lens: Lens, submit: Operation, inner: Look, wrapped: tuple[str, ...], poll: Poll, pair: Pair) -> None:
    """Add what speaks for the submit alone, and for the poll alone."""
    pair.points = pair.of_pair + min(poll.points / 2, 3)
    signs = {
        "an extension": (6.0, any(submit.raw.get(name) for name in _EXTENSIONS)),
        "202": (2.0, 202 in submit.statuses),
        "a thin reply": (1.0, 0 < len(inner.properties) <= 4),
        "a status in the reply": (1.0, status_in(lens, inner) is not None),
        "its text is about waiting": (1.0, _ASYNC.search(submit.text) is not None),
        "its path is about waiting": (1.0, _PATH_ASYNC.search(submit.path) is not None),
        "an id": (1.0, bool(pair.id_field)),
    }
    for name, (points, holds) in signs.items():
        if holds:
            pair.points += points
            pair.signals.append(name)
    pair.signals += poll.signals
    strong = {each for each in pair.signals if each in _STRONG}
    if strong <= {"an id for its parameter", "an id by its noun"}:
        second = {"202", "its path is about waiting", "a status in the reply", "an extension", "an address in a field"}
        is_of_work = _GENERIC.search(_noun(poll.operation.segments)) is not None
        if "an id for its parameter" in strong or is_of_work or any("job" in each.lower() for each in wrapped):
            second |= {"a thin reply", "its text is about waiting"} if _is_near(submit, poll) else set()
        if not (second & set(pair.signals) or 201 in submit.statuses):
            pair.points = 0.0


def _is_near(submit: Operation, poll: Poll) -> bool:
    """Whether the two have a part of their paths in common, or a tag."""
    mine, theirs = _words(submit.segments), _words(poll.operation.segments)
    return bool(mine & theirs or set(submit.tags) & set(poll.operation.tags))


def _is_short_for(inner: Look, poll: Poll) -> bool:
    """Whether the only field of a reply is the id of what is polled, perhaps shortened: `rq_id`, a request's."""
    names = [_squeezed(name) for name in inner.properties]
    if len(names) != 1 or not names[0].endswith("id"):
        return False
    rest = iter(_squeezed(_noun(poll.operation.segments)))
    return all(letter in rest for letter in names[0][:-2])


def _words(segments: list[str]) -> set[str]:
    """The words of a path that say something."""
    words = {word for each in segments if not is_parameter(each) for word in re.split(r"[^a-z0-9]+", each.lower())}
    return {word.removesuffix("s") for word in words if word and not re.fullmatch(r"v\d+|api|public", word)}


_STRONG = {
    "an id for its parameter",
    "an id by its noun",
    "a link",
    "the poll is below the submit",
    "the same path",
    "the poll is below the submit, but for a folder of jobs",
    "the same resource",
    "its text names the poll",
    "the same model",
    "the only poll of a provider with one for all",
}


def _links(submit: Operation, asked: Operation, pair: Pair, add: Add) -> None:
    """OpenAPI's links of the submit that lead to the poll."""
    for reply in submit.replies:
        for link in reply.links.values():
            if leads_to(link, asked):
                add(8, "a link", strong=True)
                values = mapping_of(link.get("parameters"))
                for value in [values[pair.poll.id]] if pair.poll.id in values else values.values():
                    _from_link(str(value), pair)
                return


def leads_to(link: Json, operation: Operation) -> bool:
    """Whether a link of OpenAPI leads to an operation."""
    target = str(mapping_of(link).get("operationId") or mapping_of(link).get("operationRef") or "")
    path = operation.path.replace("/", "~1")
    return target != "" and (
        target == operation.id or target.endswith((f"#/paths/{path}/{operation.method}", operation.path))
    )


def _from_link(expression: str, pair: Pair) -> None:
    body, header = "$response.body#/", "$response.header."
    if expression.startswith(body):
        pair.id_field = tuple(expression.removeprefix(body).split("/"))
    elif expression.startswith(header):
        pair.header = expression.removeprefix(header)
    elif found := re.fullmatch(r"\$request\.(?:path|query|header|body#)[./]([^/]+)", expression):
        pair.is_of_argument, pair.argument = True, found[1]


def _id(lens: Lens, reply: Look, inner: Look, wrapped: tuple[str, ...], poll: Poll, pair: Pair, add: Add) -> None:
    """The field of the reply that is the poll's parameter."""
    wanted = _squeezed(poll.id)
    noun = _squeezed(_noun(poll.operation.segments))
    has_plain = any(_squeezed(name) == "id" for name in inner.properties)
    given = {_squeezed(each.name) for each in pair.submit.parameters if each.place == "path"}
    is_same_noun = noun == _squeezed(_noun(pair.submit.segments))
    for look, path in ((inner, wrapped), (reply, ())):
        for name in look.properties:
            if _squeezed(name) != wanted or wanted == "id" or wanted in given:
                continue
            if has_plain and not is_same_noun:  # the id of something else
                return add(1, "the id of something else")
            pair.id_field = pair.id_field or (*path, name)
            return add(5, "an id for its parameter", strong=True)
    for name in inner.properties:
        is_other = has_plain and not _GENERIC.search(noun)
        if noun and _squeezed(name) == f"{noun}id" and f"{noun}id" not in given and not is_other:
            pair.id_field = pair.id_field or (*wrapped, name)
            return add(5, "an id by its noun", strong=True)
    if wrapped and has_plain and _squeezed(wrapped[-1]) + "id" == wanted:
        pair.id_field = pair.id_field or (*wrapped, "id")
        return add(5, "an id for its parameter", strong=True)
    plain = next((name for name in inner.properties if _squeezed(name) in ("id", "uuid", "name", "taskuid")), "")
    if plain:
        pair.id_field = pair.id_field or (*wrapped, plain)
        return add(1, "an id")
    other = next((name for name in inner.properties if _squeezed(name).endswith("id")), "")
    if other and len(inner.properties) <= 4:
        pair.id_field = pair.id_field or (*wrapped, other)
        return add(1, "an id")
    lists = [name for name in inner.properties if lens.look(lens.property(inner, name).items).properties]
    if len(lists) == 1 and "id" in lens.look(lens.property(inner, lists[0]).items).properties:
        pair.id_field = pair.id_field or (*wrapped, lists[0], "0", "id")
        return add(1, "an id in a list")
    return None


def _statuses(lens: Lens, reply: Look, poll: Poll, add: Add) -> None:
    mine = status_in(lens, reply)
    if mine is None or poll.status is None or not mine.words or not poll.status.words or mine.is_boolean:
        return
    if set(mine.words) == set(poll.status.words):
        add(3, "the same statuses")
    elif set(mine.words) < set(poll.status.words):
        add(2, "statuses of the poll")


def _unwrapped(lens: Lens, reply: Look) -> tuple[Look, tuple[str, ...]]:
    """The object that the reply wraps, if it has no id of its own; and where that is."""
    names = list(reply.properties)
    if {"name", "done"} <= reply.properties.keys():  # an operation as Google's AIP-151 has it
        return reply, ()
    if any(_squeezed(name).endswith("id") for name in names):
        return reply, ()
    inside = [(name, look) for name in names if (look := lens.property(reply, name)).properties]
    known = [each for each in inside if each[0] in ("data", "job", "task", "result", "response", "operation", "run")]
    chosen = (known or inside)[:1] if len(known or inside) == 1 or known else []
    return (chosen[0][1], (chosen[0][0],)) if chosen else (reply, ())


def _same_resource(submit: Operation, poll: Poll) -> bool:
    """Whether the submit is an action on the resource that the poll shows: `/sites/{id}/sync` and `/sites/{id}`."""
    asked = poll.operation
    head = shape(path_to_id(asked))
    parts = submit.segments
    last = parts[-1] if parts else ""
    verb = last.partition(":")[2] or last
    if poll.is_in_query or is_parameter(verb) or not _RUNS.search(verb):
        return False
    base = shape([*parts[:-1], *([last.partition(":")[0]] if ":" in last else [])])
    return base == head and poll.points >= 5


def _without_verb(submit: Operation) -> str:
    parts = submit.segments
    if parts and ":" in parts[-1]:
        last, _, verb = parts[-1].partition(":")
        return shape([*parts[:-1], *filter(None, [last]), verb])
    return shape(parts)


def _is_verb_of(submit: Operation, poll: Poll) -> bool:
    """Whether the submit is `X:verb` and the poll `X/operations/{id}`."""
    last = submit.segments[-1] if submit.segments else ""
    base = shape([*submit.segments[:-1], *filter(None, [last.partition(":")[0]])])
    return ":" in last and poll.collection.rpartition("/")[0] == base


def _noun(segments: list[str]) -> str:
    """The last word of a path that is no parameter, in the singular."""
    words = [each.partition(":")[0] for each in segments if not is_parameter(each)]
    words = [
        each for each in words if each and each.lower() not in ("status", "result", "results", "progress", "async")
    ]
    last = words[-1].lower() if words else ""
    return last[:-3] + "y" if last.endswith("ies") else last[:-1] if last.endswith("s") else last


def _common(one: list[str], two: list[str]) -> list[str]:
    found: list[str] = []
    for first, second in zip(one, two, strict=False):
        if first != second:
            break
        found.append(first)
    return found


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _is_location(name: str) -> bool:
    return name.lower() in ("location", "operation-location", "azure-asyncoperation", "content-location")


def mapping_of(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
