"""bad-pages: a paginated result has a list, and it is clear how the next page is requested.

Why: Bide requests page after page and joins their lists.

    pages: {list: items, next: next_cursor, query: cursor}     # refused, if `items` is not a list of the result
    pages: {list: items, next: next_page}                      # refused: the query parameter is missing
    pages: {list: items, next: {field: next_page}}             # fine: next_page is an address
    pages: {list: items, next: {header: Link}}                 # fine: the link with rel="next"
    pages: {list: items, query: page}                          # fine: page 1, 2, 3, up to the first empty one
    pages: {list: items, offset: skip}                         # fine: skip is the number of items so far
    pages: {query: page}                                       # fine, if the result is a list

A result at a `field` of the poll reply has no pages. If the whole poll reply is the result, it may be the first page.

page-address (warning): what is sent in a query is no address.

Why: an address in the query of another one is hardly what the provider wants.

    pages: {list: items, next: next, query: next}              # warned about, if an example has a URL there
    pages: {list: items, next: {field: next}}                  # fine
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from bide import ir
from bide.ir.notation import NotationError, parse_pointer, parse_type, spelled
from bide.lint.rules.replies.examples import at
from bide.lint.spec import METHODS, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path

_URL = re.compile(r"https?://")


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        result = lifecycle.get("result", {})
        place: Path = ("lifecycles", name, "result")
        places = [key for key in ("field", *METHODS) if key in result]
        for key in places[1:]:
            message = f'the result is either at "{places[0]}" or at "{key}"'
            yield spec.at_key((*place, key), "conflicting-keys", message, "remove one of them")
        if "pages" not in result:
            continue
        path, pages = (*place, "pages"), result["pages"]
        if "field" in result:
            message = '"pages" needs the whole poll reply as the result, or a result with its own address'
            yield spec.at_key(
                path, "bad-pages", message, "remove the field, or add the address, as in result: {get: ...}"
            )
        yield from ways(spec, path, pages)
        for job_name, job in spec.jobs_of(name):
            yield from _list(spec, path, pages, job_name, job)
            if "query" in pages and _pointer(pages):
                yield from _addresses(spec, path, pages, job)


def ways(spec: Spec, path: Path, pages: Mapping[str, Json]) -> Iterator[Diagnostic]:
    """Problems with how the next page is requested."""
    following = pages.get("next")
    for key in ("query", "next", "first"):
        if "offset" in pages and key in pages:
            message = f'"offset" counts the items, so "{key}" cannot be used with it'
            yield spec.at_key((*path, key), "conflicting-keys", message)
    if isinstance(following, dict) and len(following) > 1:
        message = "use either a header or a field, not both"
        yield spec.at_key((*path, "next", "field"), "conflicting-keys", message)
    if "query" in pages or "offset" in pages:
        return
    if following is None:
        help_ = "add query, offset, or the address of the next page, as in next: {field: next}"
        yield spec.at_key(path, "bad-pages", "nothing says how the next page is requested", help_)
    elif isinstance(following, str):
        help_ = f"add query: its query parameter; or if it is an address, write next: {{field: {following}}}"
        yield spec.at_value((*path, "next"), "bad-pages", f'"{following}" is sent nowhere', help_)


def _list(
    spec: Spec, path: Path, pages: Mapping[str, Json], name: str, job: Mapping[str, Json]
) -> Iterator[Diagnostic]:
    """Problems with the list that is split over the pages."""
    if "list" not in pages:
        try:
            type_ = parse_type(job["result"]).type
        except NotationError:
            return
        if not isinstance(type_, ir.ListOf):
            message = f'the result of "{name}" is {job["result"]}: without "list" it must be a list'
            yield spec.at_key(path, "bad-pages", message, "add list: a pointer to the list in the result")
            return
        for key in ("next", "more"):
            if key in pages and not (isinstance(pages[key], dict) and "header" in pages[key]):
                yield spec.at_key(
                    (*path, key), "bad-pages", f'a list has no fields for "{key}"', "use a header, or remove it"
                )
        return
    if not spec.is_model(job["result"]):
        message = f'the result of "{name}" is {job["result"]}, but a paginated result must be a model'
        yield spec.at_key(path, "bad-pages", message)
        return
    found = spec.follow_or_none(pages["list"], ir.Named(job["result"]))
    if found is not None and not isinstance(found, ir.ListOf):
        message = f'"{pages["list"]}" is {spelled(found)} in {job["result"]}, but it must be a list'
        yield spec.at_value((*path, "list"), "bad-pages", message)


def _pointer(pages: Mapping[str, Json]) -> str:
    """The pointer to what leads to the next page; empty if there is none."""
    following = pages.get("next", "")
    return following if isinstance(following, str) else following.get("field", "")


def _addresses(spec: Spec, path: Path, pages: Mapping[str, Json], job: Mapping[str, Json]) -> Iterator[Diagnostic]:
    """Examples whose cursor is an address."""
    pointer = _pointer(pages)
    for example in spec.table("models").get(job["result"], {}).get("examples", ()):
        try:
            value = at(json.loads(example["json"]), pointer)
        except (ValueError, RecursionError):
            continue  # bad-example reports that
        if isinstance(value, str) and _URL.match(value):
            message = (
                f'"{parse_pointer(pointer)[-1]}" is an address in an example, and is sent as ?{pages["query"]}=...'
            )
            help_ = f"to request that address, remove query, and write next: {{field: {pointer}}}"
            yield spec.at_value((*path, "next"), "page-address", message, help_, "warning")
            return
