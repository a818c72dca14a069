"""The media types of request bodies."""

from __future__ import annotations

from bide import ir
from bide.ir.endpoints import MULTIPART
from bide.lint.spec import EndpointView, Spec

ANY = "*/*"
"""For a body of bytes whose media type the caller chooses."""


def media_type(spec: Spec, endpoint: EndpointView) -> str:
    """The media type of the body of an operation or a submit, in lower case; empty if it has no body."""
    if "body" not in endpoint.raw:
        return ""
    if has_files(spec, endpoint):
        return MULTIPART
    constants = (
        view.more["const"]
        for view in endpoint.parameters("headers")
        if view.wire.casefold() == "content-type" and "const" in view.more
    )
    usual = ANY if endpoint.raw["body"] == "bytes" else "application/json"
    return str(next(constants, usual)).partition(";")[0].strip().casefold()


def has_files(spec: Spec, endpoint: EndpointView) -> bool:
    """Whether a file is a field of the body."""
    fields = spec.sent_in_body(endpoint)
    return any(view.type is not None and ir.Scalar(ir.Kind.FILE) in view.type.leaves for view in fields)
