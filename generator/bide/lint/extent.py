"""How much a spec stands for: a few lines that name one large model often would make a package without end."""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import EndpointView, Spec
from bide.spec.diagnostics import Diagnostic

MOST_ARGUMENTS = 20_000
"""How many arguments all requests of a spec may have together: a hundred times those of the largest API we know."""


def check(spec: Spec) -> Iterator[Diagnostic]:
    """too-large: the first request that is too many."""
    count = 0
    for endpoint in spec.endpoints:
        count += _arguments(spec, endpoint)
        if count > MOST_ARGUMENTS:
            message = f"the requests of a spec have at most {MOST_ARGUMENTS:,} arguments in all"
            yield spec.at_key(endpoint.path, "too-large", message, "give it a body of few fields, and one of any JSON")
            return


def _arguments(spec: Spec, endpoint: EndpointView) -> int:
    body = endpoint.raw.get("body")
    if isinstance(body, str):
        return len(spec.fields(body))
    spread = (view.more["flatten"] for view in endpoint.body_fields if "flatten" in view.more)
    return len(endpoint.body_fields) + sum(len(spec.fields(model)) for model in spread)
