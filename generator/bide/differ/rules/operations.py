"""Operations that come and go, and their replies.

operation-added (addition): there is a new operation.

Hits: new version.

Why: it can be used.

    # old
    operations: {}

    # new
    operations: {count: {get: /count, returns: integer}}

Says: the operation "count" is new

operation-removed (breaking): an operation is gone.

Hits: new version.

Why: calls raise `AttributeError`.

Way out: keep it with `deprecated`, as long as the provider has it.

    # old
    operations: {count: {get: /count, returns: integer}}

    # new
    operations: {}

Says: the operation "count" is gone

operation-renamed (breaking): an operation has another name.

Hits: new version.

Why: calls raise `AttributeError`.

Way out: keep the name.

    # old
    operations: {count: {get: /count, returns: integer}}

    # new
    operations: {number: {get: /count, returns: integer}}

Says: the operation "count" is called "number" now

reply-added (addition): a reply with another HTTP status is known.

Hits: new version.

Why: the return type is wider.

    # old
    operations: {search: {returns: {200: Hits}}}

    # new
    operations: {search: {returns: {200: Hits, 206: Page}}}

Says: operation "search": a reply with 206 is known now

reply-removed (breaking): a reply with an HTTP status is not known any more.

Hits: new version.

Why: such a reply raises an error.

    # old
    operations: {search: {returns: {200: Hits, 206: Page}}}

    # new
    operations: {search: {returns: {200: Hits}}}

Says: operation "search": a reply with 206 is not known any more

reply-type-changed (breaking): the reply to a request is of another type.

Hits: new version, older versions.

Why: code that reads it does not fit. If the provider has changed, older versions cannot read it.

Way out: publish soon if the provider has changed.

    # old
    operations: {search: {returns: Hits}}

    # new
    operations: {search: {returns: Page}}

Says: operation "search": the reply was "Hits" and is "Page"

stream-changed (breaking): the stream of an operation has other events, or tells them apart otherwise.

Hits: new version, older versions.

Why: code that reads the events does not fit.

    # old
    operations:
      watch: {get: /watch, stream: {events: {job: Page, hits: Hits}, last: job}}

    # new
    operations:
      watch: {get: /watch, stream: {events: {job: Page, hits: Hits}, last: hits}}

Says: operation "watch": `stream.last` was "job" and is "hits"

body-renamed (addition): the class of a body is another.

Hits: new version.

Why: its fields are the arguments, so calls stay as they are if these do.

    # old
    operations: {send: {post: /send, body: One}}
    models: {One: {fields: {a: string}}, Two: {fields: {a: string}}}

    # new
    operations: {send: {post: /send, body: Two}}
    models: {One: {fields: {a: string}}, Two: {fields: {a: string}}}

Says: operation "send": the body is "Two", and was "One"
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.differ.differences import Difference, Kind
from bide.differ.said import Said, owner, shown
from bide.differ.version import Pair


def _operation(found: Difference, pair: Pair) -> Iterator[Said]:
    if found.kind is Kind.ADDED:
        yield Said("operation-added", f'the operation "{found.path[1]}" is new')
    elif found.kind is Kind.REMOVED:
        yield Said("operation-removed", f'the operation "{found.path[1]}" is gone')
    elif found.kind is Kind.RENAMED:
        yield Said("operation-renamed", f'the operation "{found.old}" is called "{found.new}" now')


def _reply(found: Difference, pair: Pair) -> Iterator[Said]:
    if found.kind is Kind.ADDED:
        yield Said("reply-added", f"{owner(found.path)}: a reply with {found.path[3]} is known now")
    elif found.kind is Kind.REMOVED:
        yield Said("reply-removed", f"{owner(found.path)}: a reply with {found.path[3]} is not known any more")


def _type(found: Difference, pair: Pair) -> Iterator[Said]:
    names = {"snapshot": "the reply to a poll", "reply": "the reply to the submit"}
    what = names.get(found.path[2], "the reply")
    message = f"{owner(found.path)}: {what} was {shown(found.old)} and is {shown(found.new)}"
    yield Said("reply-type-changed", message)


def _stream(found: Difference, pair: Pair) -> Iterator[Said]:
    told = {Kind.ADDED: "is new", Kind.REMOVED: "is gone", Kind.REORDERED: "is in another order"}
    change = told.get(found.kind, f"was {shown(found.old)} and is {shown(found.new)}")
    yield Said("stream-changed", f"{owner(found.path)}: `{'.'.join(found.path[2:])}` {change}")


def _body(found: Difference, pair: Pair) -> Iterator[Said]:
    message = f"the body is {shown(found.new)}, and was {shown(found.old)}"
    yield Said("body-renamed", f"{owner(found.path)}: {message}")


RULES = {
    ("operations", "*"): _operation,
    ("operations", "*", "replies", "*"): _reply,
    ("operations", "*", "replies", "*", "type"): _type,
    ("operations", "*", "replies", "*", "job"): _type,
    ("jobs", "*", "reply"): _type,
    ("jobs", "*", "snapshot"): _type,
    ("operations", "*", "stream", "..."): _stream,
    ("operations", "*", "endpoint", "body"): _body,
    ("jobs", "*", "submit", "body"): _body,
}
