"""The fields of replies.

reply-field-added (addition): a reply has a new field.

Hits: new version.

Why: it can be read.

    # old
    models: {Page: {fields: {}}}

    # new
    models: {Page: {fields: {note?: string}}}

Says: field "note" of model "Page" is new

reply-field-promised (behaviour): a reply always has a field that it could lack, or that is new.

Hits: new version, money.

Why: the type is narrower. If the provider forgets the field, the reply cannot be read: in a reply to a submit that is
`SubmitUncertain` for a job that exists.

Way out: make it optional unless the provider's page says that it is always there.

    # old
    models: {Page: {fields: {note?: string}}}

    # new
    models: {Page: {fields: {note: string}}}

Says: field "note" of model "Page" is always there now; a reply without it cannot be read

reply-field-removed (breaking): a field of a reply is gone.

Hits: new version.

Why: code that reads it raises `AttributeError`.

Way out: keep it as optional, with `deprecated`.

    # old
    models: {Page: {fields: {note?: string}}}

    # new
    models: {Page: {fields: {}}}

Says: field "note" of model "Page" is gone

reply-field-renamed (breaking): a field of a reply has another name.

Hits: new version, older versions.

Why: code that reads it raises `AttributeError`. If its key in JSON is another, too, older versions do not find it.

Way out: keep the old name in Python with `name:`.

    # old
    models: {Page: {fields: {note?: string}}}

    # new
    models: {Page: {fields: {remark?: string}}}

Says: field "note" of model "Page" is "remark" now

reply-field-may-be-missing (breaking): a field of a reply may be missing or null.

Hits: new version, older versions.

Why: code that reads it must expect `None`. Older versions cannot read a reply without it.

Way out: publish soon if the provider leaves it out already.

    # old
    models: {Page: {fields: {note: string}}}

    # new
    models: {Page: {fields: {note?: string}}}

Says: field "note" of model "Page" may be missing now; code that reads it must expect `None`

reply-field-type-changed (breaking): a field of a reply has another type.

Hits: new version, older versions.

Why: code that reads it does not fit. If the provider has changed, older versions raise `DecodeError`, which ends waits.

Way out: publish soon if the provider has changed.

    # old
    models: {Page: {fields: {note?: string}}}

    # new
    models: {Page: {fields: {note?: integer}}}

Says: field "note" of model "Page" was "string" and is "integer"

reply-field-moved (behaviour): a field of a reply has another key in JSON, and the same name in Python.

Hits: older versions.

Why: if the provider has changed, older versions do not find it.

Way out: publish soon if the provider has changed.

    # old
    models: {Page: {fields: {note?: string}}}

    # new
    models: {Page: {fields: {remark?: {type: string, name: note}}}}

Says: field "note" of model "Page": its key was "note" and is "remark"

no-longer-promised (breaking): a field is not promised in a state any more.

Hits: new version.

Why: code that reads it in that state must expect `None`.

    # old
    models: {Page: {fields: {note?: {type: string, when: succeeded}}}}

    # new
    models: {Page: {fields: {note?: string}}}

Says: field "note" of model "Page" is not promised in the state succeeded any more

promised (behaviour): a field is promised in a state.

Hits: new version, money.

Why: the type is narrower. If the provider forgets the field, a finished result cannot be read.

Way out: leave `when` out unless the provider's page says so.

    # old
    models: {Page: {fields: {note?: string}}}

    # new
    models: {Page: {fields: {note?: {type: string, when: succeeded}}}}

Says: field "note" of model "Page" is promised in the state succeeded now
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.differ.differences import Difference, Kind
from bide.differ.directions import is_received, is_sent
from bide.differ.said import Said, owner, shown
from bide.differ.version import Pair


def _field(found: Difference, pair: Pair) -> Iterator[Said]:
    model = found.path[1]
    if is_received(model, pair) or not is_sent(model, pair):
        is_field = found.path[2] == "fields"
        what = (
            f'field "{found.old_path[3]}" of {owner(found.path)}' if is_field else f"other keys of {owner(found.path)}"
        )
        yield from _judged(found, what, found.path[4 if is_field else 3 :])


def _judged(found: Difference, what: str, part: tuple[str, ...]) -> Iterator[Said]:
    match part:
        case ():
            yield from _whole(found, what)
        case ("optional",) if found.new:
            gone = f"{what} may be missing now; code that reads it must expect `None`"
            yield Said("reply-field-may-be-missing", gone)
        case ("optional",):
            yield Said("reply-field-promised", f"{what} is always there now; a reply without it cannot be read")
        case ("nullable",) if found.new:
            yield Said("reply-field-may-be-missing", f"{what} may be null now; code that reads it must expect `None`")
        case ("nullable",):
            yield Said("reply-field-promised", f"{what} is never null now; a reply with null cannot be read")
        case ("type",):
            yield Said("reply-field-type-changed", f'{what} was "{found.old}" and is "{found.new}"')
        case ("name",):
            yield Said("reply-field-renamed", f'{what} is "{found.new}" in Python, and was "{found.old}"')
        case ("wire",):
            yield Said("reply-field-moved", f'{what}: its key was "{found.old}" and is "{found.new}"')
        case ("const" | "is_const",):
            constant = f"{what}: the constant was {shown(found.old)} and is {shown(found.new)}"
            yield Said("reply-field-type-changed", constant)
        case ("bounds", bound):
            yield Said("docs-changed", f"{what}: `{bound}` was {shown(found.old)} and is {shown(found.new)}")
        case ("default" | "has_default",):
            yield Said("docs-changed", f"{what}: the default was {shown(found.old)} and is {shown(found.new)}")
        case ("when", state) if found.kind is Kind.ADDED:
            yield Said("promised", f"{what} is promised in the state {state} now")
        case ("when", state):
            yield Said("no-longer-promised", f"{what} is not promised in the state {state} any more")


def _whole(found: Difference, what: str) -> Iterator[Said]:
    if found.kind is Kind.RENAMED:
        yield Said("reply-field-renamed", f'{what} is "{found.new}" now')
    elif found.kind is Kind.REMOVED:
        yield Said("reply-field-removed", f"{what} is gone")
    elif found.new["optional"] or found.path[2] == "additional":
        yield Said("reply-field-added", f"{what} is new")
    else:
        yield Said("reply-field-promised", f"{what} is new and always there; a reply without it cannot be read")


def _promise(found: Difference, pair: Pair) -> Iterator[Said]:
    what = f'field "{found.path[3]}" of {owner(found.path)}'
    if found.kind is Kind.ADDED:
        yield Said("promised", f"{what} is promised now")
    elif found.kind is Kind.REMOVED:
        yield Said("no-longer-promised", f"{what} is not promised any more")


RULES = {
    ("models", "*", "fields", "*", "..."): _field,
    ("models", "*", "additional", "..."): _field,
    ("models", "*", "promised", "*"): _promise,
}
