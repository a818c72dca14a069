"""Import a document: from its file to the text of a spec, or to the reason why not."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bide.importer.documents.arazzo import api_with_workflows, is_workflows
from bide.importer.documents.openapi import Api, api_of
from bide.importer.documents.reading import Json, Unreadable, read
from bide.importer.drafting.drafting import Wanted, draft, found_in
from bide.importer.mending import Unmendable, mended
from bide.importer.pairs import Pair
from bide.importer.parts.draft import Draft
from bide.importer.parts.results import Chooser
from bide.importer.recording.document import Recording
from bide.importer.recording.examples import with_examples
from bide.importer.recording.exchanges import is_recording

__all__ = ["Import", "NotImported", "Wanted", "imported", "opened"]

_TODO = "TODO bide: "
_WIDTH = 104
_TOGETHER = 8
"""How many things that are left out for one reason are in one entry."""


class NotImported(Exception):
    """A document that no spec can be made of. Its message is for the user."""


@dataclass(frozen=True, slots=True)
class Import:
    """The spec that a document has become."""

    text: str
    draft: Draft
    heading: list[str]
    """The comment at the top of the text."""

    @property
    def todos(self) -> int:
        """How many questions the document leaves open."""
        return self.text.count(_TODO)


def opened(path: Path, only: str = "") -> Api:
    """The API in a file. *only* is what is wanted of a recording. Raises `NotImported`."""
    try:
        raw = read(path)
        if is_workflows(raw):
            return api_with_workflows(raw, path)
        if not is_recording(raw):
            return api_of(raw, path)
        recording = Recording(raw, only)
        api = api_of(recording.document, path)
        api.recording = recording
        return api
    except Unreadable as why:
        raise NotImported(str(why)) from why


def imported(
    api: Api,
    wanted: Wanted,
    *,
    source: str,
    schema: str,
    answer: Callable[[Pair], bool] | None = None,
    choose: Chooser | None = None,
) -> Import:
    """A spec of an API. *source* is the name of the document, *answer* says whether a doubtful job is one.

    *choose* answers where the result of a job is, if that is in doubt.

    Raises `NotImported`.
    """
    if api.recording is not None:
        wanted = replace(wanted, only="")  # only what is wanted has been read
    chosen = None
    if answer is not None:
        chosen = [pair for pair in found_in(api, wanted) if pair.is_certain or answer(pair)]
    made = draft(api, wanted, chosen, choose)
    if not made.data.get("jobs") and not made.data.get("operations"):
        raise NotImported(f"{source} has nothing that a spec can say{_reasons(made)}")
    heading = _heading(api, source)
    try:
        text = mended(made, schema, heading)
    except Unmendable as why:
        raise NotImported(f"{source} gives no spec that checks clean: {why}") from why
    _gather(made)
    if api.recording is None:
        return Import(text + _left_out(made), made, heading)
    text = with_examples(made, text, schema, heading) + _left_out(made)
    if api.recording.secrets.shows(text):
        raise NotImported(f"{source}: a credential of the recording would be in the spec; remove it from the recording")
    return Import(text, made, heading)


def _heading(api: Api, source: str) -> list[str]:
    if api.recording is not None:
        count = len(api.recording.exchanges)
        return [
            f"Imported from {source}, a recording of {count} exchanges with {api.recording.host}.",
            "It says what was seen, not what there is: fields and statuses that did not occur are missing, and what was"
            " always there may be optional. How often to poll, how long a job takes and which errors there are is in"
            " the provider's pages. What to look at is marked with TODO; `bide check` counts it.",
        ]
    version = f" {api.version}" if api.version else ""
    return [
        f"Imported from {source} (OpenAPI {api.openapi}, {api.title or 'without a title'}{version}).",
        "Few documents say how often to poll, how long a job takes, or how long its result is kept: until you add"
        " `polling`, `typical` and `retention` from the provider's pages, Bide's defaults hold. What to look at is"
        " marked with TODO; `bide check` counts it.",
    ]


def _reasons(made: Draft) -> str:
    return "".join(f"\n  {what}: {why}" for what, why in made.left_out[:10])


def _gather(made: Draft) -> None:
    """List what is left out of what the spec has, with what is left out for the same reason together."""
    types = {name for section in ("models", "unions") for name in made.data.get(section, {})}
    by_reason: dict[str, list[str]] = {}
    for owner, what, why in made.notes:
        if not owner or owner in types:
            by_reason.setdefault(why, []).append(what)
    for why, whats in by_reason.items():
        whats = list(dict.fromkeys(whats))
        for at in range(0, len(whats), _TOGETHER):
            made.left_out.append((", ".join(whats[at : at + _TOGETHER]), why))
    made.left_out[:] = dict.fromkeys(made.left_out)


def _left_out(made: Draft) -> str:
    """The comment at the end of a spec: what the document has and the spec does not."""
    if not made.left_out:
        return ""
    lines = ["", "# Left out:"]
    for what, why in made.left_out:
        said = " ".join("".join(char if char.isprintable() else " " for char in f"{what}: {why}").split())
        first, *rest = textwrap.wrap(said, _WIDTH, break_long_words=False, break_on_hyphens=False)
        lines += [f"#   {first}", *(f"#     {line}" for line in rest)]
    return "\n".join([*lines, ""])


def counted(text: str) -> int:
    """How many questions a spec leaves open."""
    return sum(_TODO.strip() in line.partition("#")[2] for line in text.splitlines())


def title_of(api: Api) -> str:
    """The title of an API."""
    return api.title


def plain_name(value: Json) -> str:
    """A name for a provider from a title or a file: `acme_speech` of `Acme Speech API`."""
    from bide.spec.starter import name_like

    words = str(value).replace(".", " ")
    for ending in (" API", " REST API", " OpenAPI", " Public API"):
        words = words.removesuffix(ending)
    return name_like(words.replace(" ", "-")) or "provider"
