"""bad-pages: a paginated result is a model with a list, and has its own address.

Why: Bide requests page after page and joins their lists.

    pages: {list: items, next: next_cursor, query: cursor}     # refused, if `items` is not a list of the result
    pages: {list: items, query: page}                          # fine: page 1, 2, 3, up to the first empty one
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.ir.notation import spelled
from bide.lint.spec import METHODS, Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        result = lifecycle.get("result", {})
        pages = result.get("pages")
        if pages is None:
            continue
        path = ("lifecycles", name, "result", "pages")
        if not any(method in result for method in METHODS):
            yield spec.at_key(
                path, "bad-pages", '"pages" needs a result with its own address, as in result: {get: ...}'
            )
        for job_name, job in spec.jobs_of(name):
            if not spec.is_model(job["result"]):
                message = f'the result of "{job_name}" is {job["result"]}, but a paginated result must be a model'
                yield spec.at_key(path, "bad-pages", message)
                continue
            found = spec.follow_or_none(pages["list"], ir.Named(job["result"]))
            if found is not None and not isinstance(found, ir.ListOf):
                message = f'"{pages["list"]}" is {spelled(found)} in {job["result"]}, but it must be a list'
                yield spec.at_value((*path, "list"), "bad-pages", message)
