"""Where requests go.

poll-moved (breaking): a job is polled at another address.

Hits: older versions, saved tokens.

Why: tokens of running jobs are polled at the new address, and raise `NotFound` if the provider does not know them
there. Older versions go on with the old one.

Way out: publish when the provider answers at both.

    # old
    lifecycles: {page: {poll: {get: "/pages/{job_id}"}}}

    # new
    lifecycles: {page: {poll: {get: "/v2/pages/{job_id}"}}}

Says: lifecycle "page": the path of the poll was "/pages/{job_id}" and is "/v2/pages/{job_id}"

poll-by-link (breaking): a poll goes to an address from a reply, and went to a path, or the other way round.

Hits: older versions, saved tokens.

Why: old tokens do not have what the new version polls by, and `attach(id)` takes another value.

Way out: say in the changelog to finish running jobs with the old version.

    # old
    lifecycles: {page: {poll: {get: "/pages/{job_id}"}}}

    # new
    lifecycles: {page: {poll: {get: {field: url}}}}

Says: lifecycle "page": the address of the poll was "/pages/{job_id}" and is `url`; old tokens do not fit

address-changed (behaviour): a request goes to another address.

Hits: older versions.

Why: if the old address is gone, older versions stop.

Way out: publish soon if the provider closes the old address.

    # old
    jobs: {page: {submit: {post: /pages}}}

    # new
    jobs: {page: {submit: {post: /v2/pages}}}

Says: job "page": `submit.path` was "/pages" and is "/v2/pages"

base-url-changed (behaviour): all requests go to another base URL.

Hits: older versions, saved tokens.

Why: running jobs are polled at the new one. If the old one is gone, older versions stop.

Way out: publish when the provider answers at both.

    # old
    base_url: https://api.acme.example/v1

    # new
    base_url: https://api.acme.example/v2

Says: the base URL was "https://api.acme.example/v1" and is "https://api.acme.example/v2"

constant-changed (behaviour): a request has another constant.

Hits: new version, older versions.

Why: the provider may reply otherwise, or refuse requests of older versions.

    # old
    headers: {X-Version: "1"}

    # new
    headers: {X-Version: "2"}

Says: `headers.X-Version` was "1" and is "2"
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.differ.differences import Difference, Kind
from bide.differ.said import Said, owner, shown
from bide.differ.version import Pair


def _poll(found: Difference, pair: Pair) -> Iterator[Said]:
    was, now = _named(found.old), _named(found.new)
    if found.path[3] == "path" and (_is_link(was) or _is_link(now)):
        message = f"the address of the poll was {was} and is {now}; old tokens do not fit"
        yield Said("poll-by-link", f"{owner(found.path)}: {message}")
    else:
        yield Said("poll-moved", f"{owner(found.path)}: the {found.path[3]} of the poll was {was} and is {now}")


def _is_link(address: str) -> bool:
    return not address.startswith('"')


def _named(value: object) -> str:
    text = str(value or "")
    return text if text.startswith(("`", "the ")) else shown(text)


def _address(found: Difference, pair: Pair) -> Iterator[Said]:
    what = ".".join(each for each in found.path[2:] if each != "endpoint")
    message = f"`{what}` was {_named(found.old)} and is {_named(found.new)}"
    yield Said("address-changed", f"{owner(found.path)}: {message}")


def _base_url(found: Difference, pair: Pair) -> Iterator[Said]:
    yield Said("base-url-changed", f'the base URL was "{found.old}" and is "{found.new}"')


def _constant(found: Difference, pair: Pair) -> Iterator[Said]:
    told = {Kind.ADDED: "is new", Kind.REMOVED: "is gone", Kind.REORDERED: "are in another order"}
    as_text = str if "body_constants" in found.path else shown  # those of bodies are JSON texts
    change = told.get(found.kind, f"was {as_text(found.old)} and is {as_text(found.new)}")
    if found.path[0] in ("headers", "query"):
        yield Said("constant-changed", f"`{'.'.join(found.path)}` {change}")
    else:
        yield Said("constant-changed", f"{owner(found.path)}: `{_keys(found.path[2:])}` {change}")


def _keys(path: tuple[str, ...]) -> str:
    """The keys of a constant, as a spec has them: `result.query.limit`."""
    in_spec = {"body_constants": "body", "header": "headers"}
    where = [in_spec.get(each, each) for each in path[:-1] if each not in ("endpoint", "constants")]
    place, _, name = path[-1].partition(" ")
    return ".".join([*where, in_spec.get(place, place), *([name] if name else [])])


_REQUESTS = (
    ("operations", "*", "endpoint"),
    ("jobs", "*", "submit"),
    ("jobs", "*", "find", "endpoint"),
    ("lifecycles", "*", "poll_many", "endpoint"),
    ("lifecycles", "*", "result", "endpoint"),
    ("lifecycles", "*", "cancel", "endpoint"),
    ("lifecycles", "*", "poll"),
)

RULES = {
    **{(*request, part): _address for request in _REQUESTS for part in ("path", "method", "fallback")},
    **{("lifecycles", "*", "poll", part): _poll for part in ("path", "method", "fallback")},
    **{(*request, "constants", "..."): _constant for request in _REQUESTS},
    **{(*request, "body_constants", "..."): _constant for request in _REQUESTS},
    ("headers", "..."): _constant,
    ("query", "..."): _constant,
    ("base_url",): _base_url,
}
