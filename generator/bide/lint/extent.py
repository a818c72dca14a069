"""Limit the total number of arguments: a few lines that refer to one large model often would make a huge package."""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import EndpointView, Spec
from bide.spec.diagnostics import Diagnostic

MOST_ARGUMENTS = 20_000
"""The most arguments of all requests of a spec together: 100 times as many as in the largest API we have seen."""


def check(spec: Spec) -> Iterator[Diagnostic]:
    """Report `too-large` at the first request that exceeds the limit."""
    count = 0
    for endpoint in spec.endpoints:
        count += _arguments(spec, endpoint)
        if count > MOST_ARGUMENTS:
            message = f"the requests of this spec have too many arguments: the limit is {MOST_ARGUMENTS:,} in all"
            yield spec.at_key(
                endpoint.path, "too-large", message, "use a smaller model, or body: object for free-form JSON"
            )
            return


def _arguments(spec: Spec, endpoint: EndpointView) -> int:
    body = endpoint.raw.get("body")
    if isinstance(body, str):
        return len(spec.fields(body))
    flattened = (view.more["flatten"] for view in endpoint.body_fields if "flatten" in view.more)
    return len(endpoint.body_fields) + sum(len(spec.fields(model)) for model in flattened)
