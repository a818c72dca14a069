"""The meaning of a checked spec, as frozen values.

`build` makes them from a document; `emit` and the simulator read them. They are independent of YAML, of Python's syntax
and of the disk.
"""

from __future__ import annotations

from bide.ir.endpoints import NAME, BodyField, BodyModel, Endpoint, Link, Parameter, Place, Rate
from bide.ir.jobs import FindAt, Job, KeyAt, WebhookAt
from bide.ir.lifecycles import Cancel, End, ErrorAt, Lifecycle, LongPoll, Pages, Polling, PollMany, Progress, ResultAt
from bide.ir.models import Enum, EnumValue, Example, Field, Items, Model, State, Union
from bide.ir.operations import IdAt, Operation, Reply, Stream
from bide.ir.package import Author, Package
from bide.ir.provider import ErrorShape, OAuth, Provider, Secret, Signature, Variable
from bide.ir.types import (
    INDEX,
    UNBOUNDED,
    UUID_PATTERN,
    Bounds,
    Json,
    Kind,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Pointer,
    Scalar,
    Source,
    Type,
)

__all__ = [
    "INDEX",
    "NAME",
    "UNBOUNDED",
    "UUID_PATTERN",
    "Author",
    "BodyField",
    "BodyModel",
    "Bounds",
    "Cancel",
    "End",
    "Endpoint",
    "Enum",
    "EnumValue",
    "ErrorAt",
    "ErrorShape",
    "Example",
    "Field",
    "FindAt",
    "IdAt",
    "Items",
    "Job",
    "Json",
    "KeyAt",
    "Kind",
    "Lifecycle",
    "Link",
    "ListOf",
    "LongPoll",
    "MapOf",
    "Model",
    "Named",
    "OAuth",
    "OneOf",
    "Operation",
    "Package",
    "Pages",
    "Parameter",
    "Place",
    "Pointer",
    "PollMany",
    "Polling",
    "Progress",
    "Provider",
    "Rate",
    "Reply",
    "ResultAt",
    "Scalar",
    "Secret",
    "Signature",
    "Source",
    "State",
    "Stream",
    "Type",
    "Union",
    "Variable",
    "WebhookAt",
]
