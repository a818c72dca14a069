"""bad-flatten: what is spread is an object that is always sent.

Why: whether the object is sent at all would depend on its arguments, and nobody could see how.

    body: {input?: {flatten: FetchInput}}                 # refused
    body: {input: {flatten: FetchInput, default: {}}}     # refused
    body: {input: {flatten: FetchInput}}                  # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic

_FINE = frozenset(("flatten", "description", "source", "name", "deprecated"))


def check(spec: Spec) -> Iterator[Diagnostic]:
    for endpoint in spec.endpoints:
        for view in endpoint.body_fields:
            if "flatten" not in view.more:
                continue
            if view.is_optional:
                message = f'"{view.wire}" is spread, so it cannot be left out'
                yield spec.at_key(view.path, "bad-flatten", message, 'take the "?" away')
            for key in view.more:
                if key not in _FINE:
                    yield spec.at_key((*view.path, key), "bad-flatten", f'what is spread has no "{key}"')
