"""Draft a spec: what is found in a document, as the data of a spec, with what has to be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bide.importer.documents.openapi import Api, Operation, Parameter, Reply, is_json
from bide.importer.documents.reading import Json
from bide.importer.looking import Lens, Look
from bide.importer.pace import pace_of
from bide.importer.pairs import Pair, leads_to, mapping_of, pairs_of
from bide.importer.parts.codes import codes_of_result, is_over
from bide.importer.parts.draft import CannotSay, Draft, Path
from bide.importer.parts.failures import is_error, of_body, of_poll
from bide.importer.parts.naming import class_name, name_of, named_path, placeholders, plain, squeezed
from bide.importer.parts.requests import Requests, take_idempotency_key
from bide.importer.parts.results import RESULT, Choice, Chooser, Place, chosen, in_poll, of_address
from bide.importer.parts.security import security_of, usual_of
from bide.importer.parts.servers import server_of
from bide.importer.parts.shown import shown
from bide.importer.polls import Poll, is_parameter, shape
from bide.importer.types import Types, described
from bide.importer.words import guess, singular

_CANCEL = re.compile(r"(?:^|[/:_-])(?:abort|cancel|stop|terminate|dismiss)(?:$|[/_-])", re.IGNORECASE)
_CANCEL_TEXT = re.compile(r"\b(?:cancel|stop|abort|dismiss|terminate)", re.IGNORECASE)
_WEBHOOK = "how it is signed is not in the document; `webhooks` of a spec says that, from the provider's pages"
_NO_ARGUMENT = "a poll, a result and a cancellation take no arguments; a constant can be written into it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to import."""

    name: str
    only: str = ""
    """A tag, or the beginning of a path; empty: all."""
    operations: bool = False
    """Whether operations that are no part of a job are wanted too."""
    least: float = 0.0
    """The points that a job needs."""


def draft(api: Api, wanted: Wanted, pairs: list[Pair] | None = None, choose: Chooser | None = None) -> Draft:
    """A draft of the spec. *pairs* are the jobs to write; by default those with enough points.

    *choose* answers which of several places has the result.
    """
    return _Drafter(api, wanted, choose).drafted(pairs)


def found_in(api: Api, wanted: Wanted) -> list[Pair]:
    """The jobs of a document that are wanted."""
    return [pair for pair in pairs_of(api, Lens(api)) if _is_wanted(pair.submit, wanted)]


class _Drafter:
    def __init__(self, api: Api, wanted: Wanted, choose: Chooser | None) -> None:
        self._api = api
        self._choose = choose
        self._wanted = wanted
        self._lens = Lens(api)
        title = api.title or wanted.name
        self._class = class_name(wanted.name)
        taken = {self._class, f"Async{self._class}", f"{self._class}Error", f"Fake{self._class}"}
        self._types = Types(self._lens, taken, self._class)
        self._draft = Draft({})
        self._requests = Requests(api, self._lens, self._types, self._draft)
        self._title = title
        self._job_names: set[str] = set()
        self._lifecycles: dict[str, tuple[str, Json]] = {}
        self._reply = Look()
        """Of the submit of the job that is being written."""

    def drafted(self, chosen: list[Pair] | None) -> Draft:
        pairs = [pair for pair in pairs_of(self._api, self._lens) if _is_wanted(pair.submit, self._wanted)]
        if chosen is None:
            self._draft.proposed = [pair for pair in pairs if pair.points < self._wanted.least]
            chosen = [pair for pair in pairs if pair.points >= self._wanted.least]
        data = self._draft.data = self._head()
        lifecycles: dict[str, Json] = {}
        jobs: dict[str, Json] = {}
        for pair in chosen:
            try:
                name, job, lifecycle = self._job(pair, lifecycles)
            except CannotSay as why:
                self._draft.left_out.append((str(pair.submit), str(why)))
                continue
            jobs[name] = job
            self._draft.jobs[name] = pair
            data_lifecycle, raw = lifecycle
            lifecycles.setdefault(data_lifecycle, raw)
            self._explain(name, pair)
            self._unsaid(pair.submit)
            self._show(job.get("snapshot", ""), self._lens.json_replies(pair.poll.operation))
        operations = self._operations(chosen) if self._wanted.operations or not jobs else {}
        self._types.finish()
        parts = {
            "jobs": jobs,
            "lifecycles": lifecycles,
            "operations": operations,
            "enums": self._types.enums,
            "unions": self._types.unions,
            "models": self._types.models,
        }
        data |= {key: value for key, value in parts.items() if value}
        for kind, reason in self._types.renamed.items():
            section = next((each for each in ("enums", "unions", "models") if kind in data.get(each, {})), "")
            if section:
                self._draft.say((section, kind), reason)
        self._draft.notes += self._types.notes
        self._draft.notes += [("", f"webhook {name}", _WEBHOOK) for name in self._api.webhooks]
        missing = list(self._api.references.missing.items())[:50]
        self._draft.left_out += [(f"$ref {reference}", reason) for reference, reason in missing]
        return self._draft

    # --- the provider ---

    def _head(self) -> dict[str, Json]:
        api, name, draft = self._api, self._wanted.name, self._draft
        head: dict[str, Json] = {"bide": 1, "name": name, "title": described(self._title)[:100] or name}
        head["class"] = self._class
        head["description"] = described(api.description) or f"The API of {head['title']}."
        head["docs"] = api.docs if re.fullmatch(r"https?://[\w.~:/?#@!$&'()*+,;=%-]+", api.docs) else ""
        if not head["docs"]:
            head["docs"] = _site(api.base_url) or "https://example.com/docs"
            draft.ask(("docs",), "the address of the provider's documentation; the document has none")
        head["base_url"] = api.base_url
        if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?", api.base_url):
            head["base_url"] = "https://api.example.com"
            draft.ask(("base_url",), "the base URL; the document has none that can be used")
        elif (server := server_of(api.servers, self._variable_texts())) is not None:
            head["base_url"] = server.url
            head |= {"variables": server.variables} if server.variables else {}
            draft.left_out += server.left_out
        security = security_of(api, name.upper())
        for text in security.asked:
            draft.ask(("auth",), text)
        draft.left_out += security.left_out
        if security.auth is not None:
            head["auth"] = security.auth
            self._requests.key_headers = security.headers
        elif not security.left_out:
            draft.ask(("base_url",), "how requests are authenticated; the document does not say")
        if errors := self._errors():
            head["errors"] = errors
        return head

    def _variable_texts(self) -> dict[str, str]:
        """The descriptions of the variables of servers."""
        servers = self._api.servers if isinstance(self._api.servers, list) else []
        return {
            str(name): described(str(mapping_of(each).get("description", "")))
            for server in servers
            for name, each in mapping_of(mapping_of(server).get("variables")).items()
        }

    def _errors(self) -> list[Json]:
        """The shapes of error bodies, of replies from 400 on."""
        shapes: dict[tuple[str, str], Json] = {}
        for operation in self._api.operations[:400]:
            for reply in operation.replies:
                if (
                    reply.schema is None
                    or not is_json(reply.media)
                    or not (reply.status is None or reply.status >= 400)
                ):
                    continue
                if (found := of_body(self._lens, self._lens.look(reply.schema))) is not None:
                    shapes.setdefault(found, None)
        made = []
        for number, (message, code) in enumerate(list(shapes)[:4]):
            made.append({"name": "error" if not number else f"error_{number + 1}", **({"code": code} if code else {})})
            made[-1]["message"] = message
        return made

    # --- jobs ---

    def _job(self, pair: Pair, lifecycles: Mapping[str, Json]) -> tuple[str, Json, tuple[str, Json]]:
        submit, _asked = pair.submit, pair.poll.operation
        name = name_of(submit, self._job_names)
        request = self._requests.of(submit, name)
        required = {each.name for each in submit.parameters if each.required and each.place != "cookie"}
        if submit.body is not None:
            required |= {each for each in self._lens.look(submit.body).required if each.isidentifier()}
        job: dict[str, Json] = {}
        if about := described(submit.summary or submit.description):
            job["description"] = about if about[-1] in ".!?" else f"{about}."
        if submit.deprecated:
            job["deprecated"] = True
        replies = self._lens.json_replies(submit)
        first, key, inside = pair.id_field[:1] or pair.address[:1], "", Look()
        with_id = [each for each in replies if {*first} <= self._lens.look(each.schema).properties.keys()]
        reply = next(iter(with_id), None)
        if reply is not None and self._lens.look(reply.schema).properties:
            look, path = self._lens.look(reply.schema), pair.id_field if not pair.is_of_argument else ()
            self._pointed(look, reply.schema, path)
            key = self._envelope(look, path)
            schema = reply.schema if not key else look.properties[key]
            kind = self._types.model_of(schema, f"{name} submitted")
            if key and not self._wrapped(kind, key, look, submit):
                key, schema = "", reply.schema
                kind = self._types.model_of(schema, f"{name} submitted")
            if kind in self._types.models:
                request["returns"] = kind
                if at_once := [str(each.status) for each in replies if each not in with_id and each.status]:
                    codes = " or ".join(at_once)
                    self._draft.say(("jobs", name), f"the document also has a reply with HTTP {codes}, without a job")
            inside = self._lens.look(schema) if kind in self._types.models else Look()
        self._id(pair, request, len(key and "1"))
        take_idempotency_key(submit, request)
        job["submit"] = request
        self._reply = inside
        lifecycle_name, lifecycle, snapshot, result = self._lifecycle(pair, name, required, request)
        job["lifecycle"] = lifecycle_name
        if snapshot:
            job["snapshot"] = snapshot
        job["result"] = result
        self._job_names.add(name)
        return name, job, (lifecycle_name, lifecycle)

    def _pointed(self, look: Look, schema: Json, path: Path) -> None:
        """Make models of what a pointer leads through."""
        self._types.one_model(schema)
        for step in path[:-1]:
            schema = look.items if step.isdigit() else look.properties.get(step)
            self._types.one_model(schema)
            look = self._lens.look(schema)

    def _envelope(self, look: Look, path: Path) -> str:
        """The key of the object that has all of the job, if a pointer leads into it and only scalars are beside it."""
        if len(path) < 2 or path[0] not in look.properties or path[1].isdigit():
            return ""
        inner = self._lens.property(look, path[0])
        beside = [self._lens.property(look, wire) for wire in look.properties if wire != path[0]]
        is_plain = not any(each.properties or each.items is not None or "object" in each.kinds for each in beside)
        names_ = [wire for wire in look.properties if wire != path[0]]
        is_other = any(is_error(wire) or squeezed(wire).endswith("id") or "progress" in wire.lower() for wire in names_)
        is_object = bool(inner.properties) and inner.kinds - {"null"} <= {"object"} and path[0] not in inner.properties
        return path[0] if is_plain and is_object and beside and not is_other else ""

    def _wrapped(self, kind: str, key: str, look: Look, operation: Operation) -> bool:
        """Write an envelope into a model; whether it has no other one."""
        model = self._types.models.get(kind)
        if model is None or model.get("envelope", key) != key:
            return False
        model["envelope"] = key
        outside = ", ".join(wire for wire in look.properties if wire != key)
        self._types.note(kind, f"{outside} of {operation}", f"it is outside of the envelope {key}")
        return True

    def _id(self, pair: Pair, request: dict[str, Json], outside: int) -> None:
        """Where the id is. *outside* is how many steps of its pointer are outside of the model."""
        if pair.is_of_argument:
            holder = pair.argument
            holder = holder or next((each.name for each in pair.submit.parameters if each.name == pair.poll.id), "")
            holder = holder or next(
                (each.name for each in reversed(pair.submit.parameters) if each.place == "path"), ""
            )
            if not holder:
                raise CannotSay("the id of the job is in no argument of the submit")
            request["job_id"] = {"argument": plain(holder)}
        elif pair.id_field and "returns" in request:
            request["job_id"] = ".".join(pair.id_field[outside:])
        elif pair.header and not pair.poll.operation.path:
            pass  # the address is the id
        elif pair.header:
            path = shape_of_id(pair.poll.operation.path, pair.poll.id)
            template = path[path.rfind("/", 0, path.find("{job_id}")) :].partition("?")[0]
            is_id = not pair.header.lower().endswith(("location", "asyncoperation"))
            request["job_id"] = {"header": pair.header, **({} if is_id else {"template": template})}
        else:
            raise CannotSay("the document does not say where the reply has the id of the job")

    def _lifecycle(
        self, pair: Pair, owner: str, required: set[str], request: Mapping[str, Json]
    ) -> tuple[str, Json, str, str]:
        """(name, lifecycle, snapshot, result) of a job."""
        poll, asked = pair.poll, pair.poll.operation
        name = owner
        lifecycle: dict[str, Json] = {}
        if not asked.path:
            lifecycle["poll"] = {"get": {"header": pair.header}, "states": {"202": "running", "200": "succeeded"}}
            self._draft.ask(
                ("lifecycles", name, "poll"),
                "the document does not say what a poll returns; this goes by its HTTP status",
            )
            return name, lifecycle, "", "any"
        is_operation = {"name", "done"} <= self._lens.reply(pair.submit).properties.keys()
        if is_operation and pair.id_field == ("name",) and "a link" not in pair.signals:
            lifecycle["poll"] = {"get": f"{_version_of(asked.path)}/{{+job_id}}"}  # a name is a path: AIP-151
        else:
            lifecycle["poll"] = self._address(asked, poll.id, required, in_query=poll.is_in_query)
        reply = next(iter(self._lens.json_replies(asked)), None)
        merged = self._lens.reply(asked)
        if (reply is None or not merged.properties) and {200, 202} <= asked.statuses:
            lifecycle["poll"]["states"] = {"202": "running", "200": "succeeded"}
            result = self._result(pair, owner, name, lifecycle, "any", required, 0)
            self._cancel(pair, name, lifecycle, required)
            return self._shared(name, lifecycle), lifecycle, "", result
        if reply is None or not merged.properties:
            raise CannotSay("the document does not say what a poll returns")
        schema = (
            reply.schema
            if len(self._lens.json_replies(asked)) == 1
            else {"anyOf": [each.schema for each in self._lens.json_replies(asked)]}
        )
        pointer = poll.status.pointer if poll.status else ()
        self._pointed(merged, schema, pointer)
        for wire, each in self._holder(merged, pointer).properties.items():
            if is_error(wire):
                self._types.one_model(each)
        key = self._envelope(merged, pointer)
        snapshot = self._types.model_of(merged.properties[key] if key else schema, f"{owner} status")
        if key and not self._wrapped(snapshot, key, merged, asked):
            key, snapshot = "", self._types.model_of(schema, f"{owner} status")
        if snapshot not in self._types.models:
            raise CannotSay(f"a poll returns {snapshot}, and no object with known fields")
        outside = len(key and "1")
        self._status(pair, name, lifecycle, outside)
        result = self._result(pair, owner, name, lifecycle, snapshot, required, outside)
        self._cancel(pair, name, lifecycle, required)
        self._more(merged, pair, lifecycle, outside)
        self._arguments(asked, lifecycle["poll"])
        if pace := pace_of(asked.raw.get("x-speakeasy-polling")):
            lifecycle["polling"] = pace
        return self._shared(name, lifecycle), lifecycle, snapshot, result

    def _shared(self, name: str, lifecycle: dict[str, Json]) -> str:
        """The name of a lifecycle, or of one that is the same."""
        wanted = repr(lifecycle)
        for known, (text, _) in self._lifecycles.items():
            if text == wanted:
                for path in [each for each in self._draft.comments if each[:2] == ("lifecycles", name)]:
                    del self._draft.comments[path]
                return known
        self._lifecycles[name] = (wanted, lifecycle)
        return name

    def _holder(self, look: Look, pointer: Path) -> Look:
        """The object that has the status."""
        for step in pointer[:-1]:
            look = self._lens.look(look.items) if step.isdigit() else self._lens.property(look, step)
        return look

    def _arguments(self, operation: Operation, made: Mapping[str, Json]) -> None:
        """List the optional arguments of a poll, a result or a cancellation, which a spec cannot say."""
        unsent: dict[str, list[str]] = {}
        for each in operation.parameters:
            is_own = each.place == "header" and self._requests.is_no_argument(each.name)
            is_sent = each.place == "path" or each.name in mapping_of(made.get("query"))
            if not is_own and not is_sent and each.place != "cookie":
                unsent.setdefault({"header": "headers"}.get(each.place, each.place), []).append(each.name)
        for place, given in unsent.items():
            self._draft.notes.append(("", f"{' and '.join(given)} in the {place} of {operation}", _NO_ARGUMENT))

    def _status(self, pair: Pair, name: str, lifecycle: dict[str, Json], outside: int) -> None:
        status, path = pair.poll.status, ("lifecycles", name, "states")
        if status is None:
            if {200, 202} <= pair.poll.operation.statuses:
                lifecycle["poll"]["states"] = {"202": "running", "200": "succeeded"}
                return
            raise CannotSay("the document does not say how a poll tells that a job is done")
        lifecycle["status"] = ".".join(status.pointer[outside:])
        if status.is_boolean:
            lifecycle["states"] = {"false": "running", "true": "succeeded"}
            return
        states = {word: state or guess(word) for word, state in status.states.items() if _is_word(word)}
        asked = [word for word, state in status.states.items() if state is None and word in states]
        if not states:
            states = {"pending": "pending", "running": "running", "completed": "succeeded", "failed": "failed"}
            self._draft.ask(path, "the document lists no statuses; these are guesses")
        elif asked:
            self._draft.ask(
                path, f"what {', '.join(asked)} {'mean' if len(asked) > 1 else 'means'}: it differs between providers"
            )
        if not set(states.values()) & {"succeeded", "partial"}:
            if status.is_listed:
                raise CannotSay(f"none of the statuses {', '.join(status.words)} is known to be a success")
            states["completed"] = "succeeded"
            self._draft.ask(path, "which status is a success; the document lists none that is")
        lifecycle["states"] = states

    def _result(
        self,
        pair: Pair,
        owner: str,
        name: str,
        lifecycle: dict[str, Json],
        snapshot: str,
        required: set[str],
        outside: int,
    ) -> str:
        """The type of the result; writes where it is, and why."""
        asked, base = pair.poll.operation, shape(_head_of(pair.poll.operation))
        linked = list(self._linked(pair.poll, RESULT))
        below = [
            (each, each.segments[-2][1:-1] if is_parameter(each.segments[-2]) else pair.poll.id)
            for each in self._api.operations
            if each.method == "get" or (each.method == "post" and self._lens.look(each.body).required)
            if each.segments and shape(each.segments[:-1]) == base
            if RESULT.match(each.segments[-1]) and each is not asked and all(each is not one for one, _ in linked)
        ]
        addresses, at = list[Place](), dict[Operation, dict[str, Json]]()
        for is_linked, (each, id_) in [*((True, one) for one in linked), *((False, one) for one in below)]:
            if any(each.method == one.method and shape(each.segments) == shape(one.segments) for one in at):
                continue
            try:
                at[each] = self._address(each, id_, required)
            except CannotSay as why:
                self._draft.left_out.append((str(each), f"as the result of {owner}: {why}"))
                continue
            addresses.append(of_address(each, id_, is_linked=is_linked))
        pointer = pair.poll.status.pointer if pair.poll.status else ()
        holder = self._holder(self._lens.reply(asked), pointer)
        fields = list(
            in_poll(self._lens, holder, self._lens.reply(pair.submit), pointer[0] if len(pointer) > 1 else "")
        )
        choice = self._settled(pair, name, chosen(addresses, fields))
        place = choice.place
        said = place.said if place else "the whole reply of the poll"
        self._draft.say(("jobs", owner, "result"), f"The result is {said}: {choice.why}.")
        if place is None:
            return snapshot
        if place.operation is not None:
            lifecycle["result"] = {**at[place.operation], **codes_of_result(place.operation)}
            self._arguments(place.operation, lifecycle["result"])
            reply = next(iter(place.operation.successes), None)
            if accepted := _text_media(reply):
                lifecycle["result"]["headers"] = {"Accept": accepted}
            kind = self._reply_type(reply, f"{owner} result", for_result=True)
            self._show(kind, [reply] if reply is not None else [])
            return kind
        lifecycle["result"] = {"field": ".".join((*pointer[:-1], place.field)[outside:])}
        return self._types.of(holder.properties[place.field], f"{owner} {place.field}")

    def _settled(self, pair: Pair, name: str, choice: Choice) -> Choice:
        """The choice of the result, after the author has been asked, or with a mark that it has to be."""
        if not choice.rivals:
            return choice
        said = [each.said for each in choice.rivals]
        options = [*said, "the whole reply of the poll"]
        if self._choose is not None and (answer := self._choose(str(pair.submit), options)) >= 0:
            place = choice.rivals[answer] if answer < len(said) else None
            return Choice(place, "so it was answered; " + (place.why if place else choice.why))
        about = f"whether the result is {' or '.join(options)}"
        self._draft.ask(("lifecycles", name, "result"), f"{about}; nothing in the document decides it")
        return choice

    def _linked(self, poll: Poll, names: re.Pattern[str]) -> Iterator[tuple[Operation, str]]:
        """The operations that links of a poll lead to, and the parameter of each that is the id."""
        for reply in poll.operation.successes:
            for name, link in reply.links.items():
                if not names.search(name):
                    continue
                values = mapping_of(mapping_of(link).get("parameters")).items()
                id_ = next((key for key, value in values if value == f"$request.path.{poll.id}"), "job_id")
                yield from ((each, id_) for each in self._api.operations if leads_to(link, each))

    def _cancel(self, pair: Pair, name: str, lifecycle: dict[str, Json], required: set[str]) -> None:
        base = shape(_head_of(pair.poll.operation))
        linked = dict(self._linked(pair.poll, _CANCEL))
        for each in [*linked, *self._api.operations]:
            last = each.segments[-1] if each.segments else ""
            verb = last.partition(":")[2] or last
            own = [*each.segments[:-1], last.partition(":")[0]] if ":" in last else each.segments[:-1]
            is_verb = (
                each.method in ("post", "put")
                and _CANCEL.search(verb)
                and shape([part for part in own if part]) == base
            )
            is_delete = (
                each.method == "delete"
                and shape(each.segments) == base
                and _CANCEL_TEXT.search(f"{each.summary} {each.id}")
            )
            if not is_verb and not is_delete and each not in linked:
                continue
            try:
                lifecycle["cancel"] = self._address(each, linked.get(each, pair.poll.id), required)
            except CannotSay as why:
                self._draft.left_out.append((str(each), f"the cancellation of {name}: {why}"))
                return
            self._arguments(each, lifecycle["cancel"])
            over = [reply.status for reply in each.replies if reply.status and is_over(reply)]
            if over:
                lifecycle["cancel"]["over"] = sorted(over)
            return

    def _more(self, merged: Look, pair: Pair, lifecycle: dict[str, Json], outside: int) -> None:
        """The error and the progress in a poll."""
        pointer = pair.poll.status.pointer if pair.poll.status else ()
        holder, prefix = self._holder(merged, pointer), "".join(f"{step}." for step in pointer[outside:-1])
        error, at = of_poll(self._lens, holder, prefix)
        if not error and len(pointer) > 1 and not outside:
            error, at = of_poll(self._lens, merged, "")
        if error:
            lifecycle["error"] = error
            if lifecycle.get("states") == {"false": "running", "true": "succeeded"}:
                lifecycle["ends"] = [{"if": at, "state": "failed"}]
        for wire in holder.properties:
            field = self._lens.property(holder, wire)
            if (
                re.match(r"^progress$|percent", wire, re.IGNORECASE)
                and field.kinds - {"null"} <= {"number", "integer"}
                and field.kinds - {"null"}
            ):
                raw = self._api.schema(holder.properties[wire])
                is_share = "percent" not in wire.lower() and isinstance(raw, Mapping) and raw.get("maximum") == 1
                lifecycle.setdefault("progress", {"share" if is_share else "percent": f"{prefix}{wire}"})

    # --- requests ---

    def _address(
        self, operation: Operation, id_: str, required: set[str], *, in_query: bool = False
    ) -> dict[str, Json]:
        """A poll, a result or a cancellation: `{job_id}` and arguments of the submit in its address."""
        path = operation.path
        if not in_query:
            path = path.replace(f"{{{id_}}}", "{job_id}") if f"{{{id_}}}" in path else path
        if "{job_id}" not in path and not in_query:
            holders = placeholders(path)
            if not holders:
                raise CannotSay(f"the address {path} has no id")
            path = path.replace(f"{{{holders[-1]}}}", "{job_id}")
        told: set[str] = set()
        for name in placeholders(path):
            if name == "job_id" or name in required:
                continue
            at = self._of_reply(name, path)
            if not at:
                raise CannotSay(f"{operation} needs {name!r}, which the submit does not have")
            path = path.replace(f"{{{name}}}", f"{{{at}}}")
            told.add(at)
        query = {**operation.query}
        if in_query:
            query[id_] = "{job_id}"
        for each in operation.parameters:
            if each.required and each.place in ("query", "header") and each.name not in query and each.name != id_:
                if each.name not in required:
                    value = self._constant(each)
                    if value is None:
                        raise CannotSay(
                            f"{operation} needs {each.name!r} in its {each.place}, which the submit does not have"
                        )
                    if each.place == "query":
                        query[each.name] = value
                elif each.place == "query":
                    query[each.name] = f"{{{each.name}}}"
        made: dict[str, Json] = {operation.method: named_path(path, told)}
        if query:
            made["query"] = dict(query.items())
        if body := self._known_body(operation, id_, required):
            made["body"] = body
        return made | self._requests.without_key(operation)

    def _known_body(self, operation: Operation, id_: str, required: set[str]) -> dict[str, Json]:
        """What the body of a poll, a result or a cancellation must have: values of the submit and of its reply."""
        if operation.body is None or not is_json(operation.media):
            return {}
        look = self._lens.look(operation.body)
        body: dict[str, Json] = {}
        for name in (each for each in look.properties if each in look.required):
            at = next((each for each in self._reply.properties if squeezed(each) == squeezed(name)), "")
            values = self._lens.property(look, name).values
            if name == id_:
                body[name] = "{job_id}"
            elif name in required or at:
                body[name] = f"{{{name if name in required else at}}}"
            elif len(values) == 1:
                body[name] = values[0]
            else:
                raise CannotSay(f"{operation} needs {name!r} in its body, which the submit does not have")
        return body

    def _of_reply(self, name: str, path: str) -> str:
        """Where the reply of the submit has a value of an address: by its name, or as the id of what is before it."""
        before = path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
        noun = singular(before.lower()) if before and not is_parameter(before) else ""
        wanted = {squeezed(name)} - {"id"} | ({squeezed(f"{noun}id")} if noun else set())
        for at in self._fields_of(self._reply):
            is_of_noun = noun != "" and at[-1] == "id" and [squeezed(each) for each in at[:-1]] == [squeezed(noun)]
            if squeezed(at[-1]) in wanted or is_of_noun:
                return ".".join(at)
        return ""

    def _fields_of(self, look: Look) -> Iterator[Path]:
        """The fields of a reply that are always there, and those of its objects."""
        for name in look.properties:
            inner = self._lens.property(look, name)
            if name in look.required and not inner.is_nullable:
                yield (name,)
                yield from ((name, each) for each in inner.properties if each in inner.required)

    def _constant(self, parameter: Parameter) -> str | None:
        """The only value of a parameter, or its default."""
        look = self._lens.look(parameter.schema)
        raw = self._api.schema(parameter.schema)
        if len(look.values) == 1:
            return str(look.values[0])
        default = raw.get("default") if isinstance(raw, Mapping) else None
        return str(default) if isinstance(default, str | int) and not isinstance(default, bool) else None

    def _reply_type(self, reply: Reply | None, hint: str, *, for_result: bool = False) -> str:
        if reply is None or reply.schema is None:
            return "any"
        if is_json(reply.media):
            return self._types.of(reply.schema, hint)
        return "string" if _text_media(reply) else "bytes"

    # --- operations ---

    def _operations(self, chosen: list[Pair]) -> dict[str, Json]:
        """The operations that are no part of a job."""
        parts = {id(pair.submit) for pair in chosen} | {id(pair.poll.operation) for pair in chosen}
        made: dict[str, Json] = {}
        taken: dict[tuple[str, str], str] = {}
        for each in self._api.operations:
            if id(each) in parts or each.method in ("head", "options") or not _is_wanted(each, self._wanted):
                continue
            address = (each.method, shape(each.segments))
            if address in taken or _is_of_lifecycle(each, self._lifecycles):
                continue
            taken[address] = name = name_of(each, self._job_names, is_operation=True)
            self._job_names.add(name)
            try:
                operation = self._operation(each, name)
            except CannotSay as why:
                self._draft.left_out.append((str(each), str(why)))
                continue
            made[name] = operation
        return made

    def _operation(self, each: Operation, name: str) -> Json:
        made: dict[str, Json] = {}
        if about := described(each.summary or each.description):
            made["description"] = about if about[-1] in ".!?" else f"{about}."
        if each.deprecated:
            made["deprecated"] = True
        made |= self._requests.of(each, name)
        reply = next(iter(each.successes), None)
        if reply is not None and reply.media.startswith(("text/event-stream", "application/x-ndjson")):
            raise CannotSay("it is a stream, whose events have to be written by hand")
        if reply is not None and reply.schema is not None and reply.status != 204:
            kind = self._reply_type(reply, f"{name} reply")
            if accepted := _text_media(reply):
                made.setdefault("headers", {})["Accept"] = {"const": accepted}
            made["returns"] = kind
        return made

    # --- names and reasons ---

    def _explain(self, name: str, pair: Pair) -> None:
        asked = pair.poll.operation
        at = str(asked) if asked.path else f"the address in {pair.header}"
        doubt = "" if pair.is_certain else "; doubtful, so look at it"
        self._draft.say(("jobs", name), f"{pair.submit}, polled at {at}: {pair.points:.0f} points{doubt}")
        self._draft.say(("jobs", name), f"What speaks for it: {'; '.join(pair.reasons[:7])}.")

    def _show(self, kind: str, replies: list[Reply]) -> None:
        """Write the examples of replies into their model."""
        model = self._types.models.get(kind)
        if model is None or "examples" in model or self._api.recording is not None:
            return
        examples, why = shown(each for reply in replies for each in reply.examples)
        if examples:
            model["examples"] = examples
        if why:
            self._draft.left_out.append((f"examples of {kind}", why))

    def _unsaid(self, operation: Operation) -> None:
        """List what a request of the document has and a spec cannot say."""
        for name in mapping_of(operation.raw.get("callbacks")):
            self._draft.notes.append(("", f"callback {name} of {operation}", _WEBHOOK))
        security = operation.raw.get("security")
        usual = usual_of(self._api)
        ways = [sorted(map(str, mapping_of(each))) for each in security] if isinstance(security, list) else []
        if security and isinstance(security, list) and usual and not any(each in usual for each in ways):
            needs = " or ".join(" and ".join(way) or "no key" for way in ways)
            why = "it needs another secret than most requests; `auth` of a request says which"
            self._draft.notes.append(("", f"{operation} ({needs})", why))


def shape_of_id(path: str, id_: str) -> str:
    """The path of a poll with `{job_id}` in it."""
    return path.replace(f"{{{id_}}}", "{job_id}")


def _head_of(operation: Operation) -> list[str]:
    """The path of a poll up to the id."""
    parts = operation.segments
    while parts and not is_parameter(parts[-1]):
        parts = parts[:-1]
    return parts or operation.segments


def _version_of(path: str) -> str:
    """The version at the beginning of a path: `/v1` of `/v1/operations/{id}`."""
    found = re.match(r"/v\d\w*(?=/)", path)
    return found[0] if found else ""


def _text_media(reply: Reply | None) -> str:
    """The media type of a reply that is text, which clients must ask for; empty if it is not."""
    is_text = reply is not None and reply.schema is not None and reply.media.startswith("text/")
    return reply.media if reply is not None and is_text else ""


def _is_word(word: str) -> bool:
    return 0 < len(word) <= 100 and word.isprintable() and word == word.strip()


def _is_wanted(operation: Operation, wanted: Wanted) -> bool:
    only = wanted.only
    return not only or only in operation.tags or operation.path.startswith(only if only.startswith("/") else f"/{only}")


def _is_of_lifecycle(operation: Operation, lifecycles: Mapping[str, tuple[str, Json]]) -> bool:
    """Whether an operation is a poll, a result or a cancellation that a lifecycle has already."""
    mine = shape(operation.segments)
    for _, lifecycle in lifecycles.values():
        for role in ("poll", "result", "cancel"):
            request = lifecycle.get(role, {})
            path = request.get(operation.method) if isinstance(request, Mapping) else None
            if isinstance(path, str) and shape([part for part in path.split("/") if part]) == mine:
                return True
    return False


def _site(url: str) -> str:
    parts = urlsplit(url)
    return (
        f"{parts.scheme}://{parts.netloc}"
        if parts.scheme in ("http", "https") and re.fullmatch(r"[\w.:-]+", parts.netloc)
        else ""
    )
