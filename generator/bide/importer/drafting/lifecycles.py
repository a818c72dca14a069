"""Draft the lifecycle of one job: its poll, statuses, result, cancellation, error and progress."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bide.importer.documents.openapi import Operation
from bide.importer.documents.reading import Json
from bide.importer.drafting.addresses import Addresses
from bide.importer.drafting.context import Context
from bide.importer.drafting.envelopes import envelope_of, holder_of, is_wrapped, make_models
from bide.importer.drafting.replies import show, text_media, type_of
from bide.importer.looking import Look
from bide.importer.pace import pace_of
from bide.importer.pairs import Pair, leads_to, mapping_of
from bide.importer.parts.codes import codes_of_result, is_over
from bide.importer.parts.draft import CannotSay, Path
from bide.importer.parts.failures import is_error, of_poll
from bide.importer.parts.results import RESULT, Choice, Chooser, Place, chosen, in_poll, of_address
from bide.importer.polls import is_parameter, path_to_id, shape
from bide.importer.words import guess

_CANCEL = re.compile(r"(?:^|[/:_-])(?:abort|cancel|stop|terminate|dismiss)(?:$|[/_-])", re.IGNORECASE)
_CANCEL_TEXT = re.compile(r"\b(?:cancel|stop|abort|dismiss|terminate)", re.IGNORECASE)
_BY_CODE = {"202": "running", "200": "succeeded"}
_BY_FLAG = {"false": "running", "true": "succeeded"}
_GUESSES = {"pending": "pending", "running": "running", "completed": "succeeded", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Drafted:
    """A lifecycle, and what a job of it returns."""

    lifecycle: dict[str, Json]
    snapshot: str
    """The model of a poll; empty: there is none."""
    result: str
    """The type of the result."""


def lifecycle_of(context: Context, pair: Pair, name: str, addresses: Addresses, choose: Chooser | None) -> Drafted:
    """The lifecycle of the job *name*. *choose* answers which of several places has the result. Raises `CannotSay`."""
    return _Lifecycle(context, pair, name, addresses, choose).drafted()


class _Lifecycle:
    def __init__(self, context: Context, pair: Pair, name: str, addresses: Addresses, choose: Chooser | None) -> None:
        self._context = context
        self._pair = pair
        self._asked = pair.poll.operation
        self._pointer: Path = pair.poll.status.pointer if pair.poll.status else ()
        self._name = name
        self._addresses = addresses
        self._choose = choose
        self._made: dict[str, Json] = {}
        self._outside = 0
        """How many steps of the pointer to the status are outside of the model."""

    def drafted(self) -> Drafted:
        context, asked, made = self._context, self._asked, self._made
        if not asked.path:
            made["poll"] = {"get": {"header": self._pair.header}, "states": {**_BY_CODE}}
            said = "the document does not say what a poll returns; this goes by its HTTP status"
            context.draft.ask(("lifecycles", self._name, "poll"), said)
            return Drafted(made, "", "any")
        made["poll"] = self._poll()
        replies, whole = context.lens.json_replies(asked), context.lens.reply(asked)
        if (not replies or not whole.properties) and {200, 202} <= asked.statuses:
            made["poll"]["states"] = {**_BY_CODE}
            result = self._result("any")
            self._cancel()
            return Drafted(made, "", result)
        if not replies or not whole.properties:
            raise CannotSay("the document does not say what a poll returns")
        schema = replies[0].schema if len(replies) == 1 else {"anyOf": [each.schema for each in replies]}
        snapshot = self._snapshot(whole, schema)
        self._status()
        result = self._result(snapshot)
        self._cancel()
        self._error_and_progress(whole)
        self._addresses.list_unsent(asked, made["poll"])
        if pace := pace_of(asked.raw.get("x-speakeasy-polling")):
            made["polling"] = pace
        return Drafted(made, snapshot, result)

    def _poll(self) -> dict[str, Json]:
        pair, lens = self._pair, self._context.lens
        is_operation = {"name", "done"} <= lens.reply(pair.submit).properties.keys()
        if is_operation and pair.id_field == ("name",) and "a link" not in pair.signals:
            return {"get": f"{_version_of(self._asked.path)}/{{+job_id}}"}  # a name is a path: AIP-151
        return self._addresses.of(self._asked, pair.poll.id, in_query=pair.poll.is_in_query)

    def _snapshot(self, whole: Look, schema: Json) -> str:
        """The model of a poll's reply."""
        context, hint = self._context, f"{self._name} status"
        make_models(context, whole, schema, self._pointer)
        for wire, each in holder_of(context, whole, self._pointer).properties.items():
            if is_error(wire):
                context.types.one_model(each)
        key = envelope_of(context, whole, self._pointer)
        snapshot = context.types.model_of(whole.properties[key] if key else schema, hint)
        if key and not is_wrapped(context, snapshot, key, whole, self._asked):
            key, snapshot = "", context.types.model_of(schema, hint)
        if snapshot not in context.types.models:
            raise CannotSay(f"a poll returns {snapshot}, and no object with known fields")
        self._outside = 1 if key else 0
        return snapshot

    def _status(self) -> None:
        status, path, made = self._pair.poll.status, ("lifecycles", self._name, "states"), self._made
        if status is None:
            if {200, 202} <= self._asked.statuses:
                made["poll"]["states"] = {**_BY_CODE}
                return
            raise CannotSay("the document does not say how a poll tells that a job is done")
        made["status"] = ".".join(status.pointer[self._outside :])
        if status.is_boolean:
            made["states"] = {**_BY_FLAG}
            return
        states = {word: state or guess(word) for word, state in status.states.items() if _is_word(word)}
        asked = [word for word, state in status.states.items() if state is None and word in states]
        if not states:
            states = {**_GUESSES}
            self._context.draft.ask(path, "the document lists no statuses; these are guesses")
        elif asked:
            means = "mean" if len(asked) > 1 else "means"
            self._context.draft.ask(path, f"what {', '.join(asked)} {means}: it differs between providers")
        if not set(states.values()) & {"succeeded", "partial"}:
            if status.is_listed:
                raise CannotSay(f"none of the statuses {', '.join(status.words)} is known to be a success")
            states["completed"] = "succeeded"
            self._context.draft.ask(path, "which status is a success; the document lists none that is")
        made["states"] = states

    # --- the result ---

    def _result(self, snapshot: str) -> str:
        """The type of the result; writes where it is, and why."""
        context, name = self._context, self._name
        at = self._addresses_of_result()
        holder = holder_of(context, context.lens.reply(self._asked), self._pointer)
        first = self._pointer[0] if len(self._pointer) > 1 else ""
        fields = list(in_poll(context.lens, holder, context.lens.reply(self._pair.submit), first))
        choice = self._settled(chosen([place for place, _ in at], fields))
        place = choice.place
        said = place.said if place else "the whole reply of the poll"
        context.draft.say(("jobs", name, "result"), f"The result is {said}: {choice.why}.")
        if place is None:
            return snapshot
        if place.operation is None:
            self._made["result"] = {"field": ".".join((*self._pointer[:-1], place.field)[self._outside :])}
            return context.types.of(holder.properties[place.field], f"{name} {place.field}")
        request = next(request for each, request in at if each.operation is place.operation)
        made = self._made["result"] = {**request, **codes_of_result(place.operation)}
        self._addresses.list_unsent(place.operation, made)
        reply = next(iter(place.operation.successes), None)
        if accepted := text_media(reply):
            made["headers"] = {"Accept": accepted}
        kind = type_of(context, reply, f"{name} result")
        show(context, kind, [reply] if reply is not None else [])
        return kind

    def _addresses_of_result(self) -> list[tuple[Place, dict[str, Json]]]:
        """The operations that may have the result, each with its request."""
        found: list[tuple[Place, dict[str, Json]]] = []
        seen: set[tuple[str, object]] = set()
        linked = list(self._linked(RESULT))
        below = self._below([operation for operation, _ in linked])
        for is_linked, (each, id_) in [*((True, one) for one in linked), *((False, one) for one in below)]:
            address = (each.method, shape(each.segments))
            if address in seen:
                continue
            try:
                request = self._addresses.of(each, id_)
            except CannotSay as why:
                self._context.draft.left_out.append((str(each), f"as the result of {self._name}: {why}"))
                continue
            seen.add(address)
            found.append((of_address(each, id_, is_linked=is_linked), request))
        return found

    def _below(self, linked: list[Operation]) -> Iterator[tuple[Operation, str]]:
        """The other operations below the address of a poll that are called like a result, and the id of each."""
        base = shape(path_to_id(self._asked))
        for each in self._context.api.operations:
            is_request = each.method == "get" or (each.method == "post" and self._context.lens.look(each.body).required)
            is_below = each.segments and shape(each.segments[:-1]) == base and RESULT.match(each.segments[-1])
            if is_request and is_below and each is not self._asked and all(each is not one for one in linked):
                last = each.segments[-2]
                yield each, last[1:-1] if is_parameter(last) else self._pair.poll.id

    def _settled(self, choice: Choice) -> Choice:
        """The choice of the result, after the author has been asked, or with a mark that it has to be."""
        if not choice.rivals:
            return choice
        said = [each.said for each in choice.rivals]
        options = [*said, "the whole reply of the poll"]
        if self._choose is not None and (answer := self._choose(str(self._pair.submit), options)) >= 0:
            place = choice.rivals[answer] if answer < len(said) else None
            return Choice(place, "so it was answered; " + (place.why if place else choice.why))
        about = f"whether the result is {' or '.join(options)}"
        self._context.draft.ask(("lifecycles", self._name, "result"), f"{about}; nothing in the document decides it")
        return choice

    def _linked(self, names: re.Pattern[str]) -> Iterator[tuple[Operation, str]]:
        """The operations that links of a poll lead to, and the parameter of each that is the id."""
        for reply in self._asked.successes:
            for name, link in reply.links.items():
                if not names.search(name):
                    continue
                values = mapping_of(mapping_of(link).get("parameters")).items()
                id_ = next((key for key, value in values if value == f"$request.path.{self._pair.poll.id}"), "job_id")
                yield from ((each, id_) for each in self._context.api.operations if leads_to(link, each))

    # --- the rest ---

    def _cancel(self) -> None:
        linked = dict(self._linked(_CANCEL))
        for each in [*linked, *self._context.api.operations]:
            if each not in linked and not self._is_cancellation(each):
                continue
            try:
                made = self._made["cancel"] = self._addresses.of(each, linked.get(each, self._pair.poll.id))
            except CannotSay as why:
                self._context.draft.left_out.append((str(each), f"the cancellation of {self._name}: {why}"))
                return
            self._addresses.list_unsent(each, made)
            if over := sorted(reply.status for reply in each.replies if reply.status and is_over(reply)):
                made["over"] = over
            return

    def _is_cancellation(self, operation: Operation) -> bool:
        """Whether an operation is a verb below the address of a poll, or a DELETE of it that is said to cancel."""
        base, segments = shape(path_to_id(self._asked)), operation.segments
        last = segments[-1] if segments else ""
        own, colon, verb = last.partition(":")
        holder = [*segments[:-1], own] if colon else segments[:-1]
        if operation.method in ("post", "put") and _CANCEL.search(verb or last):
            return shape([part for part in holder if part]) == base
        is_said = _CANCEL_TEXT.search(f"{operation.summary} {operation.id}") is not None
        return operation.method == "delete" and shape(segments) == base and is_said

    def _error_and_progress(self, whole: Look) -> None:
        context, pointer = self._context, self._pointer
        holder, prefix = holder_of(context, whole, pointer), "".join(f"{step}." for step in pointer[self._outside : -1])
        error, at = of_poll(context.lens, holder, prefix)
        if not error and len(pointer) > 1 and not self._outside:
            error, at = of_poll(context.lens, whole, "")
        if error:
            self._made["error"] = error
            if self._made.get("states") == _BY_FLAG:
                self._made["ends"] = [{"if": at, "state": "failed"}]
        for wire in holder.properties:
            kinds = context.lens.property(holder, wire).kinds - {"null"}
            if re.match(r"^progress$|percent", wire, re.IGNORECASE) and kinds and kinds <= {"number", "integer"}:
                raw = context.api.schema(holder.properties[wire])
                is_share = "percent" not in wire.lower() and isinstance(raw, Mapping) and raw.get("maximum") == 1
                self._made.setdefault("progress", {"share" if is_share else "percent": f"{prefix}{wire}"})


def _version_of(path: str) -> str:
    """The version at the beginning of a path: `/v1` of `/v1/operations/{id}`."""
    found = re.match(r"/v\d\w*(?=/)", path)
    return found[0] if found else ""


def _is_word(word: str) -> bool:
    return 0 < len(word) <= 100 and word.isprintable() and word == word.strip()
