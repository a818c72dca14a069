"""The arguments of jobs and operations, and the fields of what is sent.

argument-required-added (breaking): a required argument is new.

Hits: new version, older versions.

Why: calls without it raise `TypeError`. If the provider requires it, requests of older versions are refused.

Way out: make it optional, if the provider does without it.

    # old
    jobs: {page: {submit: {body: {url: string}}}}

    # new
    jobs: {page: {submit: {body: {url: string, depth: integer}}}}

Says: argument "depth" of job "page" is new and required; calls without it fail

argument-added (addition): an optional argument is new.

Hits: new version.

Why: it can be used.

    # old
    jobs: {page: {submit: {body: {url: string}}}}

    # new
    jobs: {page: {submit: {body: {url: string, depth?: integer}}}}

Says: argument "depth" of job "page" is new

argument-removed (breaking): an argument is gone.

Hits: new version.

Why: calls with it raise `TypeError`.

Way out: keep it with `deprecated`, as long as the provider takes it.

    # old
    jobs: {page: {submit: {body: {url: string, depth?: integer}}}}

    # new
    jobs: {page: {submit: {body: {url: string}}}}

Says: argument "depth" of job "page" is gone; calls with it fail

argument-renamed (breaking): an argument has another name.

Hits: new version, older versions.

Why: calls by the old name raise `TypeError`. If its key in JSON is another, too, requests of older versions may be
refused.

Way out: keep the old name in Python with `name:`.

    # old
    jobs: {page: {submit: {body: {url: string, depth?: integer}}}}

    # new
    jobs: {page: {submit: {body: {url: string, levels?: integer}}}}

Says: argument "depth" of job "page" is "levels" now; calls by the old name fail

argument-now-required (breaking): an argument that could be left out is required.

Hits: new version, older versions.

Why: calls without it raise `TypeError`, and requests of older versions may be refused.

    # old
    jobs: {page: {submit: {body: {url: string, depth?: integer}}}}

    # new
    jobs: {page: {submit: {body: {url: string, depth: integer}}}}

Says: argument "depth" of job "page" is required now; calls without it fail

argument-now-optional (addition): an argument can be left out.

Hits: new version.

Why: calls may be shorter.

    # old
    jobs: {page: {submit: {body: {url: string, depth: integer}}}}

    # new
    jobs: {page: {submit: {body: {url: string, depth?: integer}}}}

Says: argument "depth" of job "page" can be left out now

argument-type-changed (breaking): an argument has another type.

Hits: new version.

Why: values that were fine are refused, or do not pass a type checker.

    # old
    jobs: {page: {submit: {body: {url: string, depth?: integer}}}}

    # new
    jobs: {page: {submit: {body: {url: string, depth?: string}}}}

Says: argument "depth" of job "page" was "integer" and is "string"

argument-wider (addition): an argument takes more values than before.

Hits: new version.

Why: they can be used.

    # old
    jobs: {page: {submit: {body: {url: string, depth?: {type: integer, max: 5}}}}}

    # new
    jobs: {page: {submit: {body: {url: string, depth?: {type: integer, max: 9}}}}}

Says: argument "depth" of job "page": `max` was 5 and is 9; more values are fine

argument-narrower (breaking): an argument takes fewer values than before.

Hits: new version.

Why: values that were fine raise an error before anything is sent.

Way out: leave the bound out, if the provider still takes them.

    # old
    jobs: {page: {submit: {body: {url: string, depth?: {type: integer, max: 9}}}}}

    # new
    jobs: {page: {submit: {body: {url: string, depth?: {type: integer, max: 5}}}}}

Says: argument "depth" of job "page": `max` was 9 and is 5; values that were fine are refused

argument-default-changed (behaviour): the provider uses another value for an argument that is left out.

Hits: new version, older versions.

Why: the same call does something else. The default is documented and never sent, so it is the provider's change.

Way out: tell users to pass the old value.

    # old
    jobs: {page: {submit: {body: {url: string, depth?: {type: integer, default: 1}}}}}

    # new
    jobs: {page: {submit: {body: {url: string, depth?: {type: integer, default: 2}}}}}

Says: argument "depth" of job "page": the default was 1 and is 2

argument-moved (behaviour): an argument is sent at another place, or in another form.

Hits: new version, older versions.

Why: calls stay as they are; if the provider has changed, requests of older versions may be refused.

    # old
    operations: {count: {get: /count, query: {of: string}, returns: Hits}}

    # new
    operations: {count: {get: /count, headers: {of: string}, returns: Hits}}

Says: argument "of" of operation "count": `place` was "query" and is "header"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide.differ.differences import Difference, Kind
from bide.differ.directions import is_sent
from bide.differ.facts import Tree
from bide.differ.said import Said, owner, shown
from bide.differ.version import Pair

_MORE_IS_WIDER = frozenset(("max", "below", "max_length", "max_items"))


def _argument(found: Difference, pair: Pair) -> Iterator[Said]:
    yield from judged(found, f'argument "{found.old_path[4]}" of {owner(found.path)}', found.path[5:])


def _field(found: Difference, pair: Pair) -> Iterator[Said]:
    if is_sent(found.path[1], pair):
        at = 3 if found.path[2] == "additional" else 4
        name = "other keys" if at == 3 else f'field "{found.old_path[3]}"'
        yield from judged(found, f"{name} of {owner(found.path)}, which is sent,", found.path[at:])


def judged(found: Difference, what: str, part: tuple[str, ...]) -> Iterator[Said]:
    """What a difference of an argument, or of its *part*, means."""
    match part:
        case ():
            yield from _whole(found, what)
        case ("optional",) if found.new:
            yield Said("argument-now-optional", f"{what} can be left out now")
        case ("optional",):
            yield Said("argument-now-required", f"{what} is required now; calls without it fail")
        case ("nullable",) if found.new:
            yield Said("argument-wider", f"{what}: it may be null now; more values are fine")
        case ("nullable",):
            yield Said("argument-narrower", f"{what}: it may not be null any more; values that were fine are refused")
        case ("type",):
            yield Said("argument-type-changed", f'{what} was "{found.old}" and is "{found.new}"')
        case ("name",):
            yield Said(
                "argument-renamed",
                f'{what} is "{found.new}" in Python and was "{found.old}"; calls by the old name fail',
            )
        case ("bounds", bound):
            yield from _bound(found, what, bound)
        case ("default" | "has_default",):
            yield Said(
                "argument-default-changed", f"{what}: the default was {shown(found.old)} and is {shown(found.new)}"
            )
        case ("wire",):
            yield Said("argument-moved", f'{what}: its key was "{found.old}" and is "{found.new}"')
        case ("place" | "join" | "in_brackets" as name,):
            yield Said("argument-moved", f"{what}: `{name}` was {shown(found.old)} and is {shown(found.new)}")
        case ("const" | "is_const",):
            yield Said(
                "argument-type-changed", f"{what}: the constant was {shown(found.old)} and is {shown(found.new)}"
            )


def _whole(found: Difference, what: str) -> Iterator[Said]:
    if found.kind is Kind.RENAMED:
        yield Said("argument-renamed", f'{what} is "{found.new}" now; calls by the old name fail')
    elif found.kind is Kind.REMOVED:
        yield Said("argument-removed", f"{what} is gone; calls with it fail")
    elif found.kind is Kind.ADDED and _is_optional(found.new):
        yield Said("argument-added", f"{what} is new")
    elif found.kind is Kind.ADDED:
        yield Said("argument-required-added", f"{what} is new and required; calls without it fail")


def _is_optional(tree: Tree) -> bool:
    return isinstance(tree, Mapping) and bool(tree["optional"] or tree["is_const"])


def _bound(found: Difference, what: str, bound: str) -> Iterator[Said]:
    if found.new is None or (found.old is not None and _is_wider(bound, found.old, found.new)):
        end = "more values are fine"
        yield Said("argument-wider", f"{what}: `{bound}` was {shown(found.old)} and is {shown(found.new)}; {end}")
    else:
        end = "values that were fine are refused"
        yield Said("argument-narrower", f"{what}: `{bound}` was {shown(found.old)} and is {shown(found.new)}; {end}")


def _is_wider(bound: str, old: Tree, new: Tree) -> bool:
    if bound == "pattern":
        return False
    return bool(new > old) if bound in _MORE_IS_WIDER else bool(new < old)


RULES = {
    ("jobs", "*", "submit", "arguments", "*", "..."): _argument,
    ("operations", "*", "endpoint", "arguments", "*", "..."): _argument,
    ("models", "*", "fields", "*", "..."): _field,
    ("models", "*", "additional", "..."): _field,
}
