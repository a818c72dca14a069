"""Draft one job: its submit, where its id is, and its lifecycle."""

from __future__ import annotations

from bide.importer.documents.openapi import Operation
from bide.importer.documents.reading import Json
from bide.importer.drafting.addresses import Addresses
from bide.importer.drafting.context import Context
from bide.importer.drafting.envelopes import envelope_of, is_wrapped, make_models
from bide.importer.drafting.lifecycles import lifecycle_of
from bide.importer.drafting.replies import show
from bide.importer.looking import Look
from bide.importer.pairs import Pair
from bide.importer.parts.draft import CannotSay
from bide.importer.parts.naming import plain
from bide.importer.parts.requests import take_idempotency_key
from bide.importer.parts.results import Chooser
from bide.importer.types import described


def job_of(context: Context, pair: Pair, name: str, choose: Chooser | None) -> tuple[dict[str, Json], dict[str, Json]]:
    """The job *name*, and its lifecycle, which has the same name. Raises `CannotSay`."""
    submit = pair.submit
    request = context.requests.of(submit, name)
    job = about(submit)
    told, outside = _reply(context, pair, name, request)
    request |= _id(pair, outside, has_reply="returns" in request)
    take_idempotency_key(submit, request)
    addresses = Addresses(context, _required(context, submit), told)
    drafted = lifecycle_of(context, pair, name, addresses, choose)
    job |= {"submit": request, "lifecycle": name}
    job |= {"snapshot": drafted.snapshot} if drafted.snapshot else {}
    job["result"] = drafted.result
    show(context, drafted.snapshot, context.lens.json_replies(pair.poll.operation))
    return job, drafted.lifecycle


def about(operation: Operation) -> dict[str, Json]:
    """The description, and whether it is deprecated."""
    found: dict[str, Json] = {}
    if text := described(operation.summary or operation.description):
        found["description"] = text if text[-1] in ".!?" else f"{text}."
    if operation.deprecated:
        found["deprecated"] = True
    return found


def _required(context: Context, submit: Operation) -> set[str]:
    """The arguments that every submit has."""
    found = {each.name for each in submit.parameters if each.required and each.place != "cookie"}
    if submit.body is not None:
        found |= {each for each in context.lens.look(submit.body).required if each.isidentifier()}
    return found


def _reply(context: Context, pair: Pair, name: str, request: dict[str, Json]) -> tuple[Look, int]:
    """Write the model of the reply; what it has, and how many steps of pointers are outside of the model."""
    lens, types, hint = context.lens, context.types, f"{name} submitted"
    replies = lens.json_replies(pair.submit)
    first = pair.id_field[:1] or pair.address[:1]
    with_id = [each for each in replies if {*first} <= lens.look(each.schema).properties.keys()]
    if not with_id or not lens.look(with_id[0].schema).properties:
        return Look(), 0
    schema = with_id[0].schema
    look, path = lens.look(schema), pair.id_field if not pair.is_of_argument else ()
    make_models(context, look, schema, path)
    key = envelope_of(context, look, path)
    kind = types.model_of(look.properties[key] if key else schema, hint)
    if key and not is_wrapped(context, kind, key, look, pair.submit):
        key, kind = "", types.model_of(schema, hint)
    if kind not in types.models:
        return Look(), 1 if key else 0
    request["returns"] = kind
    if at_once := [str(each.status) for each in replies if each not in with_id and each.status]:
        codes = " or ".join(at_once)
        context.draft.say(("jobs", name), f"the document also has a reply with HTTP {codes}, without a job")
    return lens.look(look.properties[key] if key else schema), 1 if key else 0


def _id(pair: Pair, outside: int, *, has_reply: bool) -> dict[str, Json]:
    """Where the id is. *outside* is how many steps of its pointer are outside of the model. Raises `CannotSay`."""
    if pair.is_of_argument:
        return {"job_id": {"argument": plain(_argument(pair))}}
    if pair.id_field and has_reply:
        return {"job_id": ".".join(pair.id_field[outside:])}
    if not pair.header:
        raise CannotSay("the document does not say where the reply has the id of the job")
    if not pair.poll.operation.path:
        return {}  # the address is the id
    path = pair.poll.operation.path.replace(f"{{{pair.poll.id}}}", "{job_id}")
    template = path[path.rfind("/", 0, path.find("{job_id}")) :].partition("?")[0]
    is_id = not pair.header.lower().endswith(("location", "asyncoperation"))
    return {"job_id": {"header": pair.header, **({} if is_id else {"template": template})}}


def _argument(pair: Pair) -> str:
    """The argument of the submit that is the id. Raises `CannotSay`."""
    parameters = pair.submit.parameters
    same = [each.name for each in parameters if each.name == pair.poll.id]
    in_path = [each.name for each in reversed(parameters) if each.place == "path"]
    found = [name for name in (pair.argument, *same, *in_path) if name]
    if not found:
        raise CannotSay("the id of the job is in no argument of the submit")
    return found[0]
