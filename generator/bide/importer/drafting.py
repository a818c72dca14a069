"""Draft a spec: what is found in a document, as the data of a spec, with what has to be asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bide.importer.documents.openapi import Api, Operation, Parameter, Reply, is_json
from bide.importer.documents.reading import Json
from bide.importer.looking import Lens, Look
from bide.importer.pace import pace_of
from bide.importer.pairs import Pair, leads_to, mapping_of, pairs_of
from bide.importer.polls import Poll, is_parameter, shape
from bide.importer.types import Types, described
from bide.importer.words import guess
from bide.spec import names

Path = tuple[str, ...]

_RESULT = re.compile(r"^(?:results?|outputs?|download|content|transcript|items|data|file)$", re.IGNORECASE)
_RESULT_FIELD = re.compile(r"^(?:outputs?|results?|response|data|assets|transcript)$")
_CANCEL = re.compile(r"(?:^|[/:_-])(?:abort|cancel|stop|terminate|dismiss)(?:$|[/_-])", re.IGNORECASE)
_CANCEL_TEXT = re.compile(r"\b(?:cancel|stop|abort|dismiss|terminate)", re.IGNORECASE)
_ERROR = re.compile(r"^(?:error|failure_reason|failureReason|error_message|errorMessage|failure|errors?)$")
_KEY = re.compile(r"idempotency[-_]?key$", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(slots=True)
class Draft:
    """A spec as data, with comments."""

    data: dict[str, Json]
    comments: dict[Path, list[str]] = field(default_factory=dict)
    """Above the key at each path."""
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """(what, why) of all that the spec does not have."""
    jobs: dict[str, Pair] = field(default_factory=dict)
    """The pair of each job, by its name."""
    proposed: list[Pair] = field(default_factory=list)
    """Pairs with too few points to be written."""

    def say(self, path: Path, text: str) -> None:
        """Add a comment above a key."""
        self.comments.setdefault(path, []).append(text)

    def ask(self, path: Path, text: str) -> None:
        """Add a comment on what has to be asked."""
        self.say(path, f"TODO bide: {text}")


class CannotSay(Exception):
    """A part that a spec cannot say. Its message is the reason."""


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


def draft(api: Api, wanted: Wanted, chosen: list[Pair] | None = None) -> Draft:
    """A draft of the spec. *chosen* are the pairs to write; by default those with enough points."""
    return _Drafter(api, wanted).drafted(chosen)


def found_in(api: Api, wanted: Wanted) -> list[Pair]:
    """The jobs of a document that are wanted."""
    return [pair for pair in pairs_of(api, Lens(api)) if _is_wanted(pair.submit, wanted)]


class _Drafter:
    def __init__(self, api: Api, wanted: Wanted) -> None:
        self._api = api
        self._wanted = wanted
        self._lens = Lens(api)
        title = api.title or wanted.name
        self._class = _class_name(wanted.name)
        taken = {self._class, f"Async{self._class}", f"{self._class}Error", f"Fake{self._class}"}
        self._types = Types(self._lens, taken, self._class)
        self._draft = Draft({})
        self._title = title
        self._job_names: set[str] = set()
        self._lifecycles: dict[str, tuple[str, Json]] = {}
        self._key_header = ""
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
        operations = self._operations(chosen) if self._wanted.operations or not jobs else {}
        parts = {
            "jobs": jobs,
            "lifecycles": lifecycles,
            "operations": operations,
            "enums": self._types.enums,
            "unions": self._types.unions,
            "models": self._types.models,
        }
        data |= {key: value for key, value in parts.items() if value}
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
        if (auth := self._auth()) is not None:
            head["auth"] = auth
            self._key_header = str(auth.get("header", "")).lower() if isinstance(auth, dict) else ""
        if errors := self._errors():
            head["errors"] = errors
        return head

    def _auth(self) -> Json:
        """The secret of the first security scheme that a spec can say."""
        api, env = self._api, f"{self._wanted.name.upper()}_API_KEY"
        asked = api.required if isinstance(api.required, list) else []
        required = [str(name) for each in asked if isinstance(each, Mapping) for name in each]
        order = [*required, *(name for name in api.security if name not in required)]
        for name in order:
            scheme = self._api.references.followed(api.security.get(name))
            if not isinstance(scheme, Mapping):
                continue
            kind, where = str(scheme.get("type", "")).lower(), str(scheme.get("in", ""))
            header = str(scheme.get("name", ""))
            if kind == "apikey" and where == "header" and re.fullmatch(r"[A-Za-z0-9-]+", header):
                return (
                    {"bearer": True, "env": env}
                    if header.lower() == "authorization" and "bearer" in str(scheme.get("description", "")).lower()
                    else {"header": header, "env": env}
                )
            if kind == "apikey" and where == "query":
                return {"query": header, "env": env}
            if kind == "basic" or (kind == "http" and str(scheme.get("scheme", "")).lower() == "basic"):
                base = self._wanted.name.upper()
                return [
                    {"basic": "username", "env": f"{base}_USERNAME"},
                    {"basic": "password", "env": f"{base}_PASSWORD"},
                ]
            if kind == "http" or kind in ("oauth2", "openidconnect"):
                if kind != "http":
                    self._draft.ask(("auth",), f"{name} is {kind}; this sends a token that you have got elsewhere")
                return {"bearer": True, "env": env}
        if order:
            self._draft.left_out.append((f"security {order[0]}", "a spec cannot say it"))
            return None
        self._draft.ask(("base_url",), "how requests are authenticated; the document does not say")
        return None

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
                if (found := self._error_shape(self._lens.look(reply.schema))) is not None:
                    shapes.setdefault(found, None)
        made = []
        for number, (message, code) in enumerate(list(shapes)[:4]):
            made.append({"name": "error" if not number else f"error_{number + 1}", **({"code": code} if code else {})})
            made[-1]["message"] = message
        return made

    def _error_shape(self, look: Look) -> tuple[str, str] | None:
        inner, path = look, ""
        for name in ("error", "fault"):
            if self._lens.property(look, name).properties:
                inner, path = self._lens.property(look, name), f"{name}."
        message = next(
            (each for each in ("message", "detail", "msg", "description", "title") if each in inner.properties), ""
        )
        if not message and "error" in look.properties and not path:
            message = "error"
        code = next(
            (each for each in ("code", "type", "error_code") if each in inner.properties and each != message), ""
        )
        return (f"{path}{message}", f"{path}{code}" if code else "") if message else None

    # --- jobs ---

    def _job(self, pair: Pair, lifecycles: Mapping[str, Json]) -> tuple[str, Json, tuple[str, Json]]:
        submit, _asked = pair.submit, pair.poll.operation
        name = self._name_of(submit)
        request = self._request(submit, name)
        required = {each.name for each in submit.parameters if each.required and each.place != "cookie"}
        if submit.body is not None:
            required |= {each for each in self._lens.look(submit.body).required if each.isidentifier()}
        job: dict[str, Json] = {}
        if about := described(submit.summary or submit.description):
            job["description"] = about if about[-1] in ".!?" else f"{about}."
        if submit.deprecated:
            job["deprecated"] = True
        replies = self._lens.json_replies(submit)
        first = pair.id_field[:1] or pair.address[:1]
        with_id = [each for each in replies if {*first} <= self._lens.look(each.schema).properties.keys()]
        reply = next(iter(with_id), None)
        if reply is not None and self._lens.look(reply.schema).properties:
            kind = self._types.model_of(reply.schema, f"{name} submitted")
            if kind in self._types.models:
                request["returns"] = kind
                if at_once := [str(each.status) for each in replies if each not in with_id and each.status]:
                    codes = " or ".join(at_once)
                    self._draft.say(("jobs", name), f"the document also has a reply with HTTP {codes}, without a job")
        self._id(pair, request)
        key = next((each for each in submit.parameters if each.place == "header" and _KEY.search(each.name)), None)
        if key is not None:
            request["idempotency_key"] = key.name
        job["submit"] = request
        self._reply = Look() if reply is None or "returns" not in request else self._lens.look(reply.schema)
        lifecycle_name, lifecycle, snapshot, result = self._lifecycle(pair, name, required, request)
        job["lifecycle"] = lifecycle_name
        if snapshot:
            job["snapshot"] = snapshot
        job["result"] = result
        self._job_names.add(name)
        return name, job, (lifecycle_name, lifecycle)

    def _id(self, pair: Pair, request: dict[str, Json]) -> None:
        """Where the id is."""
        if pair.is_of_argument:
            holder = pair.argument
            holder = holder or next((each.name for each in pair.submit.parameters if each.name == pair.poll.id), "")
            holder = holder or next(
                (each.name for each in reversed(pair.submit.parameters) if each.place == "path"), ""
            )
            if not holder:
                raise CannotSay("the id of the job is in no argument of the submit")
            request["job_id"] = {"argument": _plain(holder)}
        elif pair.id_field and "returns" in request:
            request["job_id"] = ".".join(pair.id_field)
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
            result = self._result(pair, owner, name, lifecycle, "any", required)
            self._cancel(pair, name, lifecycle, required)
            return self._shared(name, lifecycle), lifecycle, "", result
        if reply is None or not merged.properties:
            raise CannotSay("the document does not say what a poll returns")
        schema = (
            reply.schema
            if len(self._lens.json_replies(asked)) == 1
            else {"anyOf": [each.schema for each in self._lens.json_replies(asked)]}
        )
        snapshot = self._types.model_of(schema, f"{owner} status")
        if snapshot not in self._types.models:
            raise CannotSay(f"a poll returns {snapshot}, and no object with known fields")
        self._status(pair, name, lifecycle)
        result = self._result(pair, owner, name, lifecycle, snapshot, required)
        self._cancel(pair, name, lifecycle, required)
        self._more(merged, pair, lifecycle)
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

    def _status(self, pair: Pair, name: str, lifecycle: dict[str, Json]) -> None:
        status, path = pair.poll.status, ("lifecycles", name, "states")
        if status is None:
            if {200, 202} <= pair.poll.operation.statuses:
                lifecycle["poll"]["states"] = {"202": "running", "200": "succeeded"}
                return
            raise CannotSay("the document does not say how a poll tells that a job is done")
        lifecycle["status"] = ".".join(status.pointer)
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
        self, pair: Pair, owner: str, name: str, lifecycle: dict[str, Json], snapshot: str, required: set[str]
    ) -> str:
        """The type of the result; writes where it is."""
        asked, base = pair.poll.operation, shape(_head_of(pair.poll.operation))
        below = [
            (each, each.segments[-2][1:-1] if is_parameter(each.segments[-2]) else pair.poll.id)
            for each in self._api.operations
            if each.method == "get" or (each.method == "post" and self._lens.look(each.body).required)
            if each.segments and shape(each.segments[:-1]) == base
            if _RESULT.match(each.segments[-1]) and each is not asked
        ]
        for each, id_ in [*self._linked(pair.poll, _RESULT), *below]:
            try:
                at = self._address(each, id_, required)
            except CannotSay:
                continue
            lifecycle["result"] = at
            reply = next(iter(each.successes), None)
            if accepted := _text_media(reply):
                at["headers"] = {"Accept": accepted}
            return self._reply_type(reply, f"{owner} result", for_result=True)
        merged, mine = self._lens.reply(asked), self._lens.reply(pair.submit)
        holder: tuple[str, ...] = pair.poll.status.pointer[:-1] if pair.poll.status else ()
        for step in holder:
            merged = self._lens.property(merged, step)
        for wire in merged.properties:
            if not _RESULT_FIELD.match(wire) or wire in mine.properties or (wire,) == holder:
                continue
            kind = self._types.of(merged.properties[wire], f"{owner} {wire}")
            if kind not in ("boolean", "integer", "number", "any"):
                lifecycle["result"] = {"field": ".".join((*holder, wire))}
                return kind
        return snapshot

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

    def _more(self, merged: Look, pair: Pair, lifecycle: dict[str, Json]) -> None:
        """The error and the progress in a poll."""
        holder: tuple[str, ...] = pair.poll.status.pointer[:-1] if pair.poll.status else ()
        for step in holder:
            merged = self._lens.property(merged, step)
        for wire in merged.properties:
            field, at = self._lens.property(merged, wire), ".".join((*holder, wire))
            if _ERROR.match(wire) and "error" not in lifecycle:
                message = next((each for each in ("message", "detail", "reason") if each in field.properties), "")
                if message:
                    code = next((each for each in ("code", "type") if each in field.properties), "")
                    lifecycle["error"] = {**({"code": f"{at}.{code}"} if code else {}), "message": f"{at}.{message}"}
                elif field.kinds == {"string"}:
                    lifecycle["error"] = {"message": at}
                if lifecycle.get("states") == {"false": "running", "true": "succeeded"} and "error" in lifecycle:
                    lifecycle["ends"] = [{"if": at, "state": "failed"}]
            if (
                re.match(r"^progress$|percent", wire, re.IGNORECASE)
                and field.kinds <= {"number", "integer"}
                and field.kinds
            ):
                raw = self._api.schema(merged.properties[wire])
                is_share = "percent" not in wire.lower() and isinstance(raw, Mapping) and raw.get("maximum") == 1
                lifecycle.setdefault("progress", {"share" if is_share else "percent": at})

    # --- requests ---

    def _address(
        self, operation: Operation, id_: str, required: set[str], *, in_query: bool = False
    ) -> dict[str, Json]:
        """A poll, a result or a cancellation: `{job_id}` and arguments of the submit in its address."""
        path = operation.path
        if not in_query:
            path = path.replace(f"{{{id_}}}", "{job_id}") if f"{{{id_}}}" in path else path
        if "{job_id}" not in path and not in_query:
            holders = list(_PLACEHOLDER.findall(path))
            if not holders:
                raise CannotSay(f"the address {path} has no id")
            path = path.replace(f"{{{holders[-1]}}}", "{job_id}")
        told: set[str] = set()
        for name in _PLACEHOLDER.findall(path):
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
        made: dict[str, Json] = {operation.method: _named_path(path, told)}
        if query:
            made["query"] = dict(query.items())
        if body := self._known_body(operation, id_, required):
            made["body"] = body
        return made

    def _known_body(self, operation: Operation, id_: str, required: set[str]) -> dict[str, Json]:
        """What the body of a poll, a result or a cancellation must have: values of the submit and of its reply."""
        if operation.body is None or not is_json(operation.media):
            return {}
        look = self._lens.look(operation.body)
        body: dict[str, Json] = {}
        for name in (each for each in look.properties if each in look.required):
            at = next((each for each in self._reply.properties if _squeezed(each) == _squeezed(name)), "")
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
        noun = _singular(before.lower()) if before and not is_parameter(before) else ""
        wanted = {_squeezed(name)} - {"id"} | ({_squeezed(f"{noun}id")} if noun else set())
        for at in self._fields_of(self._reply):
            is_of_noun = noun != "" and at[-1] == "id" and [_squeezed(each) for each in at[:-1]] == [_squeezed(noun)]
            if _squeezed(at[-1]) in wanted or is_of_noun:
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

    def _request(self, operation: Operation, name: str) -> dict[str, Json]:
        """The address and the arguments of a request."""
        made: dict[str, Json] = {operation.method: _named_path(operation.path)}
        places: dict[str, dict[str, Json]] = {"path": {}, "query": {}, "headers": {}}
        for name_, text in operation.query.items():
            places["query"][name_] = {"const": text}
        for each in operation.parameters:
            if each.place == "cookie" or (each.place == "header" and _skipped(each.name)):
                continue
            if each.place == "header" and (_KEY.search(each.name) or each.name.lower() == self._key_header):
                continue
            constant = self._lens.look(each.schema).values
            if each.place == "path" and len(constant) == 1:
                path = str(made[operation.method]).replace(f"{{{_plain(each.name)}}}", str(constant[0]))
                made[operation.method] = path
                continue
            section = {"header": "headers"}.get(each.place, each.place)
            always, what = self._types.field(
                each.schema, f"{name} {each.name}", is_required=each.required, name=each.name
            )
            if about := described(each.description):
                what = (
                    {**what, "description": about} if isinstance(what, dict) else {"type": what, "description": about}
                )
            if isinstance(what, dict) and "const" in what:
                what = {"const": what["const"]}
            kind = what if isinstance(what, str) else str(what.get("type", ""))
            if each.place != "query" and isinstance(what, dict):
                what.pop("default", None)
            if kind.startswith(("list of", "map of", "any", "object")) or kind in self._types.models:
                what = self._plain_parameter(each, kind, what, section, always)
                if what is None:
                    continue
            key = _plain(each.name) if each.place == "path" else each.name
            places[section][key if always or each.place == "path" else f"{key}?"] = what
        made |= {section: fields for section, fields in places.items() if fields}
        if operation.body is not None:
            self._body(operation, name, made)
        return made

    def _plain_parameter(self, each: Parameter, kind: str, what: Json, section: str, always: bool) -> Json:
        """What a parameter of several values becomes: a list in a query, else text; `None` to leave it out."""
        if (
            section == "query"
            and kind.startswith("list of")
            and kind.removeprefix("list of ")
            in (
                *("string", "integer", "number", "boolean"),
                *self._types.enums,
            )
        ):
            if not each.explode and isinstance(what, dict):
                return {**what, "join": ","}
            return what if each.explode else {"type": what, "join": ","}
        if always:
            return "string"
        self._draft.left_out.append((f"parameter {each.name}", f"a {kind} in the {each.place} cannot be said"))
        return None

    def _body(self, operation: Operation, name: str, made: dict[str, Json]) -> None:
        look = self._lens.look(operation.body)
        media = operation.media.lower()
        if is_json(media):
            kind = self._types.of(operation.body, f"{name} body")
            if kind in self._types.models:
                made["body"] = kind
            elif kind in ("any", "object") or kind in self._types.unions or kind.startswith(("list of", "map of")):
                made["body"] = "object" if kind in ("any", "object") or kind.startswith("map of") else kind
            return
        if media in ("multipart/form-data", "application/x-www-form-urlencoded"):
            fields: dict[str, Json] = {}
            for wire, each in look.properties.items():
                is_required = wire in look.required
                fields[wire if is_required else f"{wire}?"] = self._form_field(each, f"{name} {wire}")
            if not fields:
                raise CannotSay("the document does not say what the form has")
            made["body"] = fields
            has_file = any(
                "file" in str(each if isinstance(each, str) else each.get("type")) for each in fields.values()
            )
            if not has_file:
                made.setdefault("headers", {})["Content-Type"] = {"const": media}
            return
        made["body"] = "bytes"

    def _form_field(self, schema: Json, hint: str) -> Json:
        look, raw = self._lens.look(schema), self._api.schema(schema)
        if self._is_file(schema):
            kind: str = "file"
        elif look.items is not None and self._is_file(look.items):
            kind = "list of file"
        else:
            kind = self._types.of(schema, hint)
        about = described(str(raw.get("description", ""))) if isinstance(raw, Mapping) else ""
        return {"type": kind, "description": about} if about else kind

    def _is_file(self, schema: Json) -> bool:
        raw = self._api.schema(schema)
        return isinstance(raw, Mapping) and (raw.get("format") == "binary" or "contentMediaType" in raw)

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
            taken[address] = name = self._name_of(each, is_operation=True)
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
        made |= self._request(each, name)
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

    def _name_of(self, operation: Operation, *, is_operation: bool = False) -> str:
        """A name that no other job or operation has."""
        parts = [each for each in operation.segments if not is_parameter(each)]
        parts = [re.sub(r"\{[^}]*\}", " ", each) for each in parts]
        words = [word for part in parts for word in names.words(part)]
        words = [word for word in words if not re.fullmatch(r"v\d+|api|public|rest", word.lower())]
        if words and not is_operation:
            words = [*words[:-1], _singular(words[-1])]
        candidates: list[list[str]] = []
        if (own := re.sub(r"[._-]submit$", "", operation.id)) != operation.id:
            candidates.append(list(names.words(own)))
        if is_operation:
            by_id = list(names.words(operation.id))
            verb = {"get": "get", "post": "create", "put": "update", "patch": "update", "delete": "delete"}[
                operation.method
            ]
            candidates += [by_id] if 0 < len(by_id) <= 5 else []
            candidates += [[verb, *words[-2:]], [verb, *words]]
        candidates += [
            words[-2:] if len(words) > 1 else words,
            words[-1:],
            words[-3:],
            words,
            [operation.method, *words],
        ]
        for each in candidates:
            name = "_".join(word.lower() for word in each)[:55].rstrip("_")
            if re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) and self._is_free(name):
                return name
        base = "job" if not is_operation else "operation"
        return next(name for number in range(1, 10_000) if self._is_free(name := f"{base}_{number}"))

    def _is_free(self, name: str) -> bool:
        try:
            made = names.pascal_case(name)
            names.identifier(name)
        except names.BadName:
            return False
        taken = {*names.OUR_CLIENT_NAMES, *names.TYPES_IN_SIGNATURES, *names.OUR_COMMANDS, *names.OUR_TOOLS}
        classes = {names.pascal_case(each) for each in self._job_names}
        return name not in taken and made not in classes and not name.startswith("submit_")

    def _explain(self, name: str, pair: Pair) -> None:
        asked = pair.poll.operation
        at = str(asked) if asked.path else f"the address in {pair.header}"
        doubt = "" if pair.is_certain else "; doubtful, so look at it"
        self._draft.say(("jobs", name), f"{pair.submit}, polled at {at}: {pair.points:.0f} points{doubt}")
        self._draft.say(("jobs", name), f"because of {', '.join(dict.fromkeys(pair.signals[:7]))}")


def shape_of_id(path: str, id_: str) -> str:
    """The path of a poll with `{job_id}` in it."""
    return path.replace(f"{{{id_}}}", "{job_id}")


def _singular(word: str) -> str:
    """`job` of `jobs`, `query` of `queries`; a word that only looks like a plural stays."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if re.search(r"[^siu]s$", word) else word


def _head_of(operation: Operation) -> list[str]:
    """The path of a poll up to the id."""
    parts = operation.segments
    while parts and not is_parameter(parts[-1]):
        parts = parts[:-1]
    return parts or operation.segments


def _plain(name: str) -> str:
    """A name for a place in a path."""
    made = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "id"
    return made if made[0].isalpha() else f"p_{made}"


def _version_of(path: str) -> str:
    """The version at the beginning of a path: `/v1` of `/v1/operations/{id}`."""
    found = re.match(r"/v\d\w*(?=/)", path)
    return found[0] if found else ""


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _text_media(reply: Reply | None) -> str:
    """The media type of a reply that is text, which clients must ask for; empty if it is not."""
    is_text = reply is not None and reply.schema is not None and reply.media.startswith("text/")
    return reply.media if reply is not None and is_text else ""


def _named_path(path: str, told: Collection[str] = ()) -> str:
    """A path with the names of arguments; those of *told* are fields of a reply, and stay."""
    made = _PLACEHOLDER.sub(lambda found: found[0] if found[1] in told else f"{{{_plain(found[1])}}}", path)
    return made if made.startswith("/") else f"/{made}"


def _skipped(name: str) -> bool:
    """Whether a header is the engine's or the key's, and no argument."""
    return name.lower() in (
        *(
            "accept",
            "content-type",
            "authorization",
            "content-length",
            "host",
            "user-agent",
            "accept-encoding",
            "cookie",
        ),
    )


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


def _class_name(name: str) -> str:
    made = names.pascal_case(name)
    return f"{made}Api" if made in {*names.OUR_CLASSES, *names.OUR_IMPORTS} else made


def _site(url: str) -> str:
    parts = urlsplit(url)
    return (
        f"{parts.scheme}://{parts.netloc}"
        if parts.scheme in ("http", "https") and re.fullmatch(r"[\w.:-]+", parts.netloc)
        else ""
    )
