"""bad-flatten: a flattened object is always sent.

Why: its fields become arguments, so no argument could say whether to send the object itself.

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
                message = f'"{view.wire}" is flattened, so it cannot be optional'
                yield spec.at_key(view.path, "bad-flatten", message, 'remove the "?"')
            for key in view.more:
                if key not in _FINE:
                    yield spec.at_key((*view.path, key), "bad-flatten", f'"{key}" cannot be used with "flatten"')
