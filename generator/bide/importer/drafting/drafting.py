"""Draft a spec: what is found in a document, as the data of a spec, with what has to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bide.importer.documents.openapi import Api, Operation
from bide.importer.documents.reading import Json
from bide.importer.drafting.context import Context
from bide.importer.drafting.head import head_of
from bide.importer.drafting.jobs import job_of
from bide.importer.drafting.operations import operation_of
from bide.importer.looking import Lens
from bide.importer.pairs import Pair, mapping_of, pairs_of
from bide.importer.parts.draft import CannotSay, Draft
from bide.importer.parts.naming import class_name, name_of
from bide.importer.parts.requests import Requests
from bide.importer.parts.results import Chooser
from bide.importer.parts.security import usual_of
from bide.importer.polls import shape
from bide.importer.types import Types

_WEBHOOK = "how it is signed is not in the document; `webhooks` of a spec says that, from the provider's pages"
_OTHER_SECRET = "it needs another secret than most requests; `auth` of a request says which"
_MOST_MISSING = 50


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
    class_ = class_name(wanted.name)
    lens, draft = Lens(api), Draft({})
    types = Types(lens, {class_, f"Async{class_}", f"{class_}Error", f"Fake{class_}"}, class_)
    requests = Requests(api, lens, types, draft)
    context = Context(api=api, lens=lens, types=types, draft=draft, requests=requests)
    found = [pair for pair in pairs_of(api, lens) if _is_wanted(pair.submit, wanted)]
    if pairs is None:
        draft.proposed = [pair for pair in found if pair.points < wanted.least]
        pairs = [pair for pair in found if pair.points >= wanted.least]
    data = draft.data = head_of(context, wanted.name, api.title or wanted.name, class_)
    jobs, lifecycles = _jobs(context, pairs, choose)
    is_whole = wanted.operations or not jobs
    operations = _operations(context, wanted, pairs, {*jobs}, lifecycles) if is_whole else {}
    types.finish()
    parts = {
        "jobs": jobs,
        "lifecycles": lifecycles,
        "operations": operations,
        "enums": types.enums,
        "unions": types.unions,
        "models": types.models,
    }
    data |= {key: value for key, value in parts.items() if value}
    _note_the_rest(context)
    return draft


def found_in(api: Api, wanted: Wanted) -> list[Pair]:
    """The jobs of a document that are wanted."""
    return [pair for pair in pairs_of(api, Lens(api)) if _is_wanted(pair.submit, wanted)]


def _jobs(
    context: Context, pairs: Iterable[Pair], choose: Chooser | None
) -> tuple[dict[str, Json], dict[str, dict[str, Json]]]:
    """The jobs by name, and their lifecycles. Jobs with the same lifecycle share one."""
    jobs: dict[str, Json] = {}
    lifecycles: dict[str, dict[str, Json]] = {}
    names: dict[str, str] = {}
    for pair in pairs:
        name = name_of(pair.submit, {*jobs})
        try:
            job, lifecycle = job_of(context, pair, name, choose)
        except CannotSay as why:
            context.draft.left_out.append((str(pair.submit), str(why)))
            continue
        jobs[name] = job
        job["lifecycle"] = names.setdefault(repr(lifecycle), name)
        if job["lifecycle"] == name:
            lifecycles[name] = lifecycle
        else:
            context.draft.forget(("lifecycles", name))
        context.draft.jobs[name] = pair
        _explain(context.draft, name, pair)
        _list_unsaid(context, pair.submit)
    return jobs, lifecycles


def _operations(
    context: Context,
    wanted: Wanted,
    pairs: Iterable[Pair],
    names: set[str],
    lifecycles: Mapping[str, Mapping[str, Json]],
) -> dict[str, Json]:
    """The operations that are no part of a job. *names* are those of jobs."""
    parts = {id(part) for pair in pairs for part in (pair.submit, pair.poll.operation)}
    taken = {address for lifecycle in lifecycles.values() for address in _addresses_in(lifecycle)}
    made: dict[str, Json] = {}
    for each in context.api.operations:
        address = (each.method, shape(each.segments))
        is_part = id(each) in parts or address in taken
        if is_part or each.method in ("head", "options") or not _is_wanted(each, wanted):
            continue
        taken.add(address)
        name = name_of(each, names, is_operation=True)
        names.add(name)
        try:
            made[name] = operation_of(context, each, name)
        except CannotSay as why:
            context.draft.left_out.append((str(each), str(why)))
    return made


def _addresses_in(lifecycle: Mapping[str, Json]) -> list[tuple[str, str]]:
    """Method and shape of the poll, the result and the cancellation."""
    requests = [mapping_of(lifecycle.get(role)) for role in ("poll", "result", "cancel")]
    return [
        (method, shape([part for part in path.split("/") if part]))
        for request in requests
        for method, path in request.items()
        if isinstance(path, str)
    ]


def _is_wanted(operation: Operation, wanted: Wanted) -> bool:
    only = wanted.only
    return not only or only in operation.tags or operation.path.startswith(only if only.startswith("/") else f"/{only}")


# --- reasons, and what a spec cannot say ---


def _explain(draft: Draft, name: str, pair: Pair) -> None:
    asked = pair.poll.operation
    at = str(asked) if asked.path else f"the address in {pair.header}"
    doubt = "" if pair.is_certain else "; doubtful, so look at it"
    draft.say(("jobs", name), f"{pair.submit}, polled at {at}: {pair.points:.0f} points{doubt}")
    draft.say(("jobs", name), f"What speaks for it: {'; '.join(pair.reasons[:7])}.")


def _list_unsaid(context: Context, submit: Operation) -> None:
    """List what a submit of the document has and a spec cannot say."""
    notes = context.draft.notes
    notes += [("", f"callback {name} of {submit}", _WEBHOOK) for name in mapping_of(submit.raw.get("callbacks"))]
    security, usual = submit.raw.get("security"), usual_of(context.api)
    ways = [sorted(map(str, mapping_of(each))) for each in security] if isinstance(security, list) else []
    if ways and usual and not any(each in usual for each in ways):
        needs = " or ".join(" and ".join(way) or "no key" for way in ways)
        notes.append(("", f"{submit} ({needs})", _OTHER_SECRET))


def _note_the_rest(context: Context) -> None:
    """Note what types, webhooks and missing references leave to say."""
    types, draft, api = context.types, context.draft, context.api
    for kind, reason in types.renamed.items():
        section = next((each for each in ("enums", "unions", "models") if kind in draft.data.get(each, {})), "")
        if section:
            draft.say((section, kind), reason)
    draft.notes += types.notes
    draft.notes += [("", f"webhook {name}", _WEBHOOK) for name in api.webhooks]
    missing = list(api.references.missing.items())[:_MOST_MISSING]
    draft.left_out += [(f"$ref {reference}", reason) for reference, reason in missing]
