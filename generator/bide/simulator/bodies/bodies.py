"""The bodies of replies: the provider's own example of this status if there is one, otherwise made from the types.

Either way the body has this job's data: its id, status, times, progress, and the arguments of its submit.
"""

from __future__ import annotations

import copy

from bide.ir import (
    End,
    Endpoint,
    Enum,
    Field,
    FindAt,
    IdAt,
    Job,
    Json,
    Kind,
    ListOf,
    MapOf,
    Model,
    Pointer,
    Provider,
    Scalar,
    State,
    Type,
)
from bide.simulator.bodies.catalog import Catalog, enveloped
from bide.simulator.bodies.identity import Identity, with_id
from bide.simulator.bodies.items import Batches
from bide.simulator.bodies.links import addresses_in, endpoints, id_text, value_of
from bide.simulator.bodies.nulls import Nulls
from bide.simulator.bodies.personal import Personal
from bide.simulator.bodies.pointer import MISSING, at, drop, put
from bide.simulator.bodies.status import in_reply, in_spec
from bide.simulator.bodies.telling import ABSENT, SOME, told
from bide.simulator.bodies.validation import Validator
from bide.simulator.bodies.values import FILLER, Values, is_error_field, message
from bide.simulator.life.view import JobView, View

_ID_TYPES = (Scalar(Kind.STRING), Scalar(Kind.INTEGER))

FAILED = "The simulator was told to fail this job."

_SHORTEST_ID = 6
"""Characters. A shorter id in an example is a placeholder, and may occur in other texts by chance."""


class Bodies:
    """Makes the bodies of one provider."""

    def __init__(self, provider: Provider, *, speed: float = 1.0) -> None:
        self._request_id = provider.request_id_field
        self._speed = speed
        self._catalog = Catalog(provider)
        states = [item for lifecycle in provider.lifecycles for item in lifecycle.states.items()]
        done = frozenset(status for status, state in states if state is State.SUCCEEDED)
        self._values = Values(self._catalog, done)
        self._identity = Identity(provider, self._catalog)
        self._personal = Personal(Validator(self._catalog))
        self._batches = Batches(self._catalog, self._values)
        self._nulls = Nulls(self._catalog)

    def set_speed(self, speed: float) -> None:
        """Replies tell clients from now on to wait as at this speed."""
        self._speed = speed

    def submit_reply(self, view: JobView, *, id_at: IdAt) -> Json:
        """The body of a submit reply, with the id at *id_at*; `None` for an empty body."""
        model = self._catalog.model(view.job.reply)
        if model is None:
            return None
        body = self._status_body(model, view)
        if id_at.field:
            passed = self._catalog.fields_along(model, id_at.field)
            self._put(
                model,
                body,
                id_at.field,
                in_reply(id_text(id_at, view.id), self._catalog.in_json(passed[-1].type) if passed else None),
            )
        return enveloped(model, body)

    def poll_reply(self, view: JobView) -> Json:
        """The body of a poll reply."""
        return enveloped(self._catalog.model(view.job.snapshot), self.snapshot(view))

    def snapshot(self, view: JobView) -> Json:
        """The snapshot of one job."""
        lifecycle = view.job.lifecycle
        result = self._catalog.model(view.result)
        is_result = view.result is not None and not lifecycle.result.endpoint
        if is_result and not lifecycle.result.field and not result and view.result is not None:
            return self._values.value(view.result)
        if is_result and not lifecycle.result.field and result:
            body = self._status_body(result, view)
            self._write_items(result, body, view)
            return self._nulls.write(result, body, view)
        model = self._catalog.model(view.job.snapshot)
        if model is None and lifecycle.codes:
            return None
        body = self._status_body(model, view) if model else {}
        inner = at(body, lifecycle.result.field)
        if is_result and result and isinstance(inner, dict):
            self._about_job(result, inner, view, verbatim=True)
            self._write_items(result, inner, view)
        return self._nulls.write(model, body, view) if model else body

    def result(self, view: JobView) -> Json:
        """The body at the result's own address."""
        type_ = view.result or view.job.result
        model = self._catalog.model(type_)
        if model is None:
            return self._values.value(type_)
        body = self._example(model, view)
        if body is None:
            body = self._values.model(model)
            enums = [field for field in model.fields if isinstance(self._catalog.named(field.type), Enum)]
            body |= {field.wire: self._usual(field, view.job) for field in enums if field.wire in body}
        if passed := self._catalog.fields_along(model, view.job.lifecycle.status):
            put(body, view.job.lifecycle.status, in_reply(view.status, self._catalog.in_json(passed[-1].type)))
        self._about_job(model, body, view, verbatim=True)
        self._write_items(model, body, view)
        return enveloped(model, self._nulls.write(model, body, view))

    def cancel_reply(self, view: JobView, type_: Type | None) -> Json:
        """The body of a cancel reply; `None` for an empty body."""
        model = self._catalog.model(type_)
        return enveloped(model, self._status_body(model, view)) if model else None

    def item(self, view: JobView, type_: Type | None, find: FindAt) -> dict[str, Json]:
        """The job in the list of a `find`, whose items have this type."""
        model = self._catalog.model(type_)
        body = self._status_body(model, view) if model else {}
        reference = view.sent.get(find.argument)
        if reference is None:
            drop(body, find.reference)
        else:
            put(body, find.reference, reference)
        if model and find.job_id.field:
            last = self._catalog.fields_along(model, find.job_id.field)[-1]
            text = in_reply(id_text(find.job_id, view.id), self._catalog.in_json(last.type))
            put(body, find.job_id.field, text)
        poll = view.job.lifecycle.poll.link
        if poll is not None and poll.field:
            # Unlike the reply to a poll, it says where a job that is over was polled.
            put(body, poll.field, view.addresses["poll"])
        return body

    def reply(self, type_: Type, view: View, *, endpoint: Endpoint | None = None) -> Json:
        """The body of an operation's inline reply, or of an event of a stream."""
        value = self._values.value(type_)
        model = self._catalog.model(type_)
        if model and isinstance(value, dict):
            words = endpoint.path.split("/") if endpoint else []
            for field in model.fields:
                enum = self._catalog.named(field.type)
                kinds = [each.wire for each in enum.values if each.wire in words] if isinstance(enum, Enum) else []
                if kinds and field.wire in value:
                    # If several operations share a model, this field has the kind of the operation.
                    value[field.wire] = kinds[-1]
                elif field.wire == "id" and field.type == Scalar(Kind.STRING):
                    value["id"] = view.request_id
            self._personal.write(model, value, view, verbatim=True, told=frozenset())
            self._write_request_id(model, value, view)
        return enveloped(model, value)

    def has_number_ids(self, job: Job) -> bool:
        """Whether the ids of a job are numbers."""
        passed = self._catalog.fields_along(self._catalog.model(job.reply), job.job_id.field)
        return bool(passed) and passed[-1].type == Scalar(Kind.INTEGER)

    def samples(self, model_name: str | None, *pointers: Pointer) -> list[Json]:
        """The values of a model's first example at each pointer, or `MISSING`."""
        model = self._catalog.model(model_name)
        example = model.examples[0].value if model and model.examples else None
        return [at(example, pointer) for pointer in pointers]

    def _status_body(self, model: Model, view: JobView) -> dict[str, Json]:
        """A body of *model* with the job's status."""
        body = self._example(model, view)
        verbatim = body is not None
        if body is None:
            body = self._skeleton(model, view)
        for field in model.fields:
            if field.wire not in body and (not field.optional or view.state in field.when):
                body[field.wire] = self._usual(field, view.job)
        self._write_lifecycle(model, body, view, verbatim=verbatim)
        self._about_job(model, body, view, verbatim=verbatim)
        for pointer, address in addresses_in(view, self._address_fields(model, view)):
            self._put(model, body, pointer, address)
        snapshot = self._catalog.model(view.job.snapshot)
        for pointer in view.job.address_values.values():
            comes_later = not view.state.has_result and bool(self._catalog.fields_along(snapshot, pointer))
            is_there = not comes_later or at(body, pointer) not in (MISSING, None)
            if is_there and self._catalog.fields_along(model, pointer):
                self._put(model, body, pointer, value_of(pointer, view.id))
        return body

    def _address_fields(self, model: Model, view: JobView) -> dict[str, bool]:
        """The roles whose links a body of *model* holds, and whether each may be missing for now."""
        snapshot, fields = self._catalog.model(view.job.snapshot), {}
        for role, endpoint in endpoints(view.job.lifecycle).items():
            assert endpoint.link is not None
            passed = self._catalog.fields_along(model, endpoint.link.field)
            if passed:
                comes_later = bool(self._catalog.fields_along(snapshot, endpoint.link.field))
                fields[role] = comes_later and any(field.optional or field.nullable for field in passed)
        return fields

    def _example(self, model: Model, view: JobView) -> dict[str, Json] | None:
        """An example with this status, if possible without the name of another job, with this job's id."""
        status_at = view.job.lifecycle.status
        same = str.lower if view.job.lifecycle.ignore_case else str
        passed = self._catalog.fields_along(model, status_at)
        kind = passed[-1].type if passed else None
        fitting = [
            example
            for example in self._catalog.examples(model)
            if isinstance(example, dict)
            and (not passed or same(in_spec(at(example, status_at), kind)) == same(view.status))
            and _shows_the_ending(example, view)
        ]
        if not fitting:
            return None
        identity, job = self._identity, view.job
        fitting.sort(key=lambda value: any(identity.names_another(job, each) for each in value.values()))
        body: dict[str, Json] = copy.deepcopy(fitting[0])
        old = next((body[key] for key in identity.id_keys(job) if isinstance(body.get(key), str)), "")
        if len(old) >= _SHORTEST_ID:
            body = {key: with_id(value, old, view.id) for key, value in body.items()}
        return body

    def _skeleton(self, model: Model, view: JobView) -> dict[str, Json]:
        """A body made from the types, with the fields of this state."""
        body: dict[str, Json] = {}
        for field in model.fields:
            is_known = view.state in field.when if field.when else view.state.has_result
            if is_error_field(field) and view.state is State.SUCCEEDED and not field.when:
                is_known = False
            if is_known or not (field.optional or field.nullable):
                body[field.wire] = self._usual(field, view.job)
            elif not field.optional:
                body[field.wire] = None
        return body

    def _usual(self, field: Field, job: Job) -> Json:
        """A value for a field: that of the examples of this job if it is an enum or the name of a job."""
        models = filter(None, map(self._catalog.model, (job.reply, job.snapshot)))
        examples = (example.value for model in models if _has_like(model, field) for example in model.examples)
        seen = (at(example, (field.wire,)) for example in examples)
        usual = next((value for value in seen if isinstance(value, str)), "")
        is_choice = isinstance(self._catalog.named(field.type), Enum)
        if usual and (is_choice or self._identity.names_one(job, usual)):
            return usual
        return self._values.field(field, depth=1)

    def _write_lifecycle(self, model: Model, body: dict[str, Json], view: JobView, *, verbatim: bool) -> None:
        """Write the values at the lifecycle's pointers."""
        lifecycle = view.job.lifecycle
        progress = lifecycle.progress
        # An example of this status is right about the fields that it lacks, and about which of these it has.
        quiet = {progress.done, progress.total, progress.message, progress.share, progress.percent, lifecycle.credits}
        tells = {
            pointer: value
            for pointer, value in told(view, self._catalog.examples(model), speed=self._speed).items()
            if self._catalog.fields_along(model, pointer)
            and not (verbatim and (value is ABSENT or (pointer in quiet and at(body, pointer) is MISSING)))
        }
        present = [pointer for pointer, value in tells.items() if value is not ABSENT]
        for pointer in tells.keys() - present:
            self._remove(model, body, pointer, present)
        for pointer in present:
            if pointer == lifecycle.status:
                kind = self._catalog.fields_along(model, pointer)[-1].type
                self._put(model, body, pointer, in_reply(view.status, self._catalog.in_json(kind)))
            elif tells[pointer] is not SOME:
                self._put(model, body, pointer, tells[pointer])
            elif at(body, pointer) in (MISSING, None, FILLER):
                self._put(model, body, pointer, self._some(model, pointer, view))

    def _some(self, model: Model, pointer: Pointer, view: JobView) -> Json:
        lifecycle = view.job.lifecycle
        field = self._catalog.fields_along(model, pointer)[-1]
        if pointer == lifecycle.result.field:
            return self._values.value(view.result or view.job.result)
        is_reason = pointer == lifecycle.error.message and view.state is State.FAILED
        said = message(field.type, FAILED) if is_reason else MISSING
        return self._values.field(field) if said is MISSING else said

    def _put(self, model: Model, body: dict[str, Json], pointer: Pointer, value: Json) -> None:
        """Write a value; a missing object on the way is made with its required fields, and so are items of lists."""
        for depth, field in enumerate(self._catalog.fields_along(model, pointer)[:-1], start=1):
            inner, there = self._catalog.model(field.type), at(body, pointer[:depth])
            if inner and not isinstance(there, dict):
                put(body, pointer[:depth], self._values.model(inner, full=False))
            elif isinstance(field.type, MapOf) and not isinstance(there, dict):
                put(body, pointer[:depth], {})
            elif isinstance(field.type, ListOf):
                items = there if isinstance(there, list) else []
                items += [self._values.value(field.type.item) for _ in range(int(pointer[depth]) - len(items))]
                put(body, pointer[:depth], items)
        put(body, pointer, value)

    def _remove(self, model: Model, body: dict[str, Json], pointer: Pointer, present: list[Pointer]) -> None:
        """Remove the largest optional part around *pointer* that holds none of the *present* pointers."""
        for depth, field in enumerate(self._catalog.fields_along(model, pointer), start=1):
            part = pointer[:depth]
            if any(other[:depth] == part for other in present):
                continue
            if field.optional:
                return drop(body, part)
            if field.nullable:
                return put(body, part, None)
        return None

    def _about_job(self, model: Model, body: dict[str, Json], view: JobView, *, verbatim: bool) -> None:
        """Write the job's own data: id, name, times, and the arguments of its submit."""
        keys, lifecycle = self._identity.id_keys(view.job), view.job.lifecycle
        for field in model.fields:
            is_wanted = field.wire in body or not field.optional or not verbatim
            if field.is_const and is_wanted:
                body[field.wire] = field.const
            elif field.wire in keys and field.type in _ID_TYPES and is_wanted:
                at = view.job.job_id
                is_there = at.field[-1:] == (field.wire,)
                body[field.wire] = in_reply(id_text(at, view.id) if is_there else view.id, field.type)
            elif self._identity.names_another(view.job, body.get(field.wire)):
                body[field.wire] = self._identity.name(view.job, field.type)
        pointers = [
            lifecycle.status,
            lifecycle.error.message,
            lifecycle.result.field,
            lifecycle.credits,
            lifecycle.retry_after,
        ]
        mine = frozenset(keys) | {pointer[0] for pointer in pointers if pointer}
        self._personal.write(model, body, view, verbatim=verbatim, told=mine)
        self._write_request_id(model, body, view)

    def _write_items(self, model: Model, body: dict[str, Json], view: JobView) -> None:
        if view.job.items:
            failing = None if view.state is State.FAILED else view.failing_items
            self._batches.write(model, body, view.job.items, sent=view.sent, failing=failing)

    def _write_request_id(self, model: Model, body: dict[str, Json], view: View) -> None:
        pointer = self._request_id
        if pointer and view.request_id and len(self._catalog.fields_along(model, pointer)) == len(pointer):
            put(body, pointer, view.request_id)


def _shows_the_ending(example: Json, view: JobView) -> bool:
    """Whether an example matches the ending of the job, if the status alone does not show it."""
    lifecycle = view.job.lifecycle
    if not lifecycle.ends or not view.state.is_final:
        return True
    shown = next((end.state for end in lifecycle.ends if _holds(end, example)), None)
    return shown is view.state or (shown is None and lifecycle.states.get(view.status) is view.state)


def _holds(end: End, example: Json) -> bool:
    if end.present:
        return at(example, end.present) not in (MISSING, None)
    return all(at(example, pointer) == value for pointer, value in end.values)


def _has_like(model: Model, field: Field) -> bool:
    """Whether a model has a field of the same key and type."""
    return any((each.wire, each.type) == (field.wire, field.type) for each in model.fields)
