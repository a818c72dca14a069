"""The provider as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bide.ir.jobs import Job
from bide.ir.lifecycles import Lifecycle
from bide.ir.models import Enum, Model, Union
from bide.ir.operations import Operation
from bide.ir.package import Package
from bide.ir.types import Pointer, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret that goes along with every request, and where it goes."""

    scheme: Literal["header", "query", "basic"]
    name: str
    """The header or the query parameter; of basic auth, what it is: `username`, `password` or `both`."""
    prefix: str = ""
    """The word before it in a header."""
    env: str
    argument: str
    """What a client calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorShape:
    """One shape of an error body; it fits when every pointer leads to text."""

    name: str
    code: Pointer
    message: Pointer
    description: str
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Everything a spec says."""

    name: str
    title: str
    class_name: str
    description: str
    docs: str
    base_url: str
    auth: tuple[Secret, ...]
    headers: tuple[tuple[str, str], ...]
    request_id_header: str | None
    request_id_field: Pointer
    hosts: tuple[str, ...]
    sources: tuple[Source, ...]
    errors: tuple[ErrorShape, ...]
    enums: tuple[Enum, ...]
    models: tuple[Model, ...]
    """Bases before what narrows them; the bodies that the spec writes in place are here too."""
    unions: tuple[Union, ...]
    operations: tuple[Operation, ...]
    jobs: tuple[Job, ...]
    lifecycles: tuple[Lifecycle, ...]
    spec_file: str
    """The spec's file name, for the headers of the generated files."""
    package: Package

    by_name: Mapping[str, Enum | Model | Union] = field(default_factory=dict, repr=False, compare=False)

    def model(self, name: str) -> Model:
        """The model of this name. Raises `KeyError` if it names something else."""
        found = self.by_name[name]
        if not isinstance(found, Model):
            raise KeyError(name)
        return found
