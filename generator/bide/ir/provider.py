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
    """A secret that requests carry, and where."""

    scheme: Literal["header", "query", "basic", "oauth"]
    name: str
    """The header or the query parameter; for basic auth `username`, `password` or `both`; for OAuth, where it buys an
    access token, `client_id` or `client_secret`.
    """
    prefix: str = ""
    """The word before the secret in a header."""
    env: str
    """The environment variable that a client reads it from."""
    argument: str
    """The argument of a client that takes it."""
    is_usual: bool = True
    """Whether requests that name no secret carry it; of one with a `way`: whether no request names it."""
    way: int = 0
    """Of secrets of which one is enough: its number, from 1; those with the same number belong together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """Where access tokens come from, and what to ask for."""

    token_url: str
    scopes: tuple[str, ...]
    audience: str
    in_body: bool
    """Whether client id and secret are sent in the body, instead of as basic auth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How webhooks are signed."""

    header: str
    env: str
    hmac: Literal["sha256", "sha1", "sha512"]
    encoding: Literal["hex", "base64"]
    prefix: str
    signed: str
    timestamp: str
    """The header with the time of sending; empty: none."""
    timestamp_pair: str
    """The name of that time in the header with the signature; empty: it is not there."""
    id: str
    """The header with the id of the webhook; empty: none."""
    tolerance: float
    base64_key: bool
    """Whether the secret is base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A part of the base URL, or of the token URL of OAuth, that the user of a client sets."""

    name: str
    """The argument of a client; it is in braces in the URL."""
    env: str
    """The environment variable that a client reads it from; empty: none."""
    default: str
    values: tuple[tuple[str, str], ...]
    """(value, meaning) pairs; empty: any value."""
    description: str

    is_of_token_url: bool
    """Whether it is in the token URL only."""

    @property
    def sample(self) -> str:
        """A value for tests."""
        return self.default or next((value for value, _ in self.values), "example")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorShape:
    """One shape of an error body."""

    name: str
    code: Pointer
    message: Pointer
    description: str
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The meaning of a whole spec."""

    name: str
    title: str
    class_name: str
    description: str
    docs: str
    base_url: str
    """With `{name}` in it for each variable."""
    variables: tuple[Variable, ...]
    query: tuple[tuple[str, str], ...]
    """Query parameters of every request. A request with a parameter of that name keeps its own."""
    auth: tuple[Secret, ...]
    oauth: OAuth | None
    webhooks: Signature | None
    headers: tuple[tuple[str, str], ...]
    request_id_header: str | None
    request_id_field: Pointer
    hosts: tuple[str, ...]
    sources: tuple[Source, ...]
    errors: tuple[ErrorShape, ...]
    transient: tuple[int | str, ...]
    """HTTP statuses and codes of errors that may pass."""
    enums: tuple[Enum, ...]
    models: tuple[Model, ...]
    """Bases before the models that narrow them. Includes the models of inline bodies."""
    unions: tuple[Union, ...]
    operations: tuple[Operation, ...]
    jobs: tuple[Job, ...]
    lifecycles: tuple[Lifecycle, ...]
    spec_file: str
    """The file name of the spec, for the first line of each generated file."""
    package: Package
    command: str | None
    """The command of the package; `None`: it has no command line."""
    server: str | None
    """The name of the MCP server of the package; `None`: it has none."""

    by_name: Mapping[str, Enum | Model | Union] = field(default_factory=dict, repr=False, compare=False)

    @property
    def usual_auth(self) -> tuple[Secret, ...]:
        """The secrets that usual requests carry. Where one of several is enough, the first."""
        return tuple(each for each in self.auth if (each.way == 1 if each.way else each.is_usual))

    @property
    def enough_auth(self) -> tuple[Secret, ...]:
        """The secrets that are enough for all requests: the usual ones, and those that some request names."""
        return tuple(each for each in self.auth if each.way in (0, 1) or not each.is_usual)

    @property
    def base_path(self) -> str:
        """The path of the base URL, with a sample of each variable in it."""
        _, slash, path = self.base_url.partition("://")[2].partition("/")
        for variable in self.variables:
            path = path.replace(f"{{{variable.name}}}", variable.sample)
        return (slash + path).rstrip("/")

    def model(self, name: str) -> Model:
        """The model of this name. Raises `KeyError` if there is none."""
        found = self.by_name[name]
        if not isinstance(found, Model):
            raise KeyError(name)
        return found
