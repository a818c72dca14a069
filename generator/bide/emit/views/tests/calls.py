"""The methods of a client, and their requests by the spec."""

from __future__ import annotations

from collections.abc import Container, Iterable

from bide.emit.python.code import Code, literal
from bide.emit.views.body import Placed, placed
from bide.emit.views.context import Context, named
from bide.emit.views.tests.values import rest_of, values_of
from bide.emit.views.view import View
from bide.ir import Endpoint, Json, KeyAt, Model, Named, Operation, Parameter, Place, Pointer, Secret


def _behind(prefix: str) -> str:
    return f"{prefix} {{}}" if prefix else "{}"


def places_of(auth: Iterable[Secret]) -> Code:
    """Where secrets go: (query or header, its name, its text with a `{}` for each secret)."""
    auth = list(auth)
    basic = {secret.name: "{}" for secret in auth if secret.scheme == "basic"}
    found = [("header", each.name.lower(), _behind(each.prefix)) for each in auth if each.scheme == "header"]
    found += [(str(each.scheme), each.name, "{}") for each in auth if each.scheme == "query"]
    if basic:
        both = basic.get("both", f"{basic.get('username', '')}:{basic.get('password', '')}")
        found.append(("header", "authorization", f"Basic {both}"))
    if any(secret.scheme == "oauth" for secret in auth):
        found.append(("header", "authorization", "Bearer token-of-a-fake-1"))
    return literal(tuple(found))


class CallView(View):
    """One method of the client, and its request according to the spec."""

    def __init__(
        self,
        provider: Context,
        name: str,
        endpoint: Endpoint,
        job_id: str,
        needed_later: Container[str],
        reference: str = "",
        key: KeyAt | None = None,
    ) -> None:
        super().__init__(provider)
        self._name = name
        self._endpoint = endpoint
        self._job_id = job_id
        self._needed_later = needed_later
        self._reference = reference
        self._key = key
        self._body = Placed() if endpoint.body is None else placed(provider, endpoint.body)
        if endpoint.whole is not None:
            self._body.arguments.append(((), endpoint.whole))

    @property
    def named(self) -> list[str]:
        """The spec's own types in its arguments."""
        return [name for parameter in self._endpoint.parameters for name in named(parameter.field.type)]

    @property
    def title(self) -> Code:
        return literal(self._name)

    @property
    def method(self) -> Code:
        return literal(self._endpoint.method)

    @property
    def path(self) -> Code:
        return literal(self._endpoint.path)

    @property
    def has_body(self) -> bool:
        return self._endpoint.has_body

    @property
    def is_raw(self) -> bool:
        return self._endpoint.is_raw

    @property
    def form(self) -> Code | None:
        return literal(self._endpoint.form) if self._endpoint.is_form else None

    @property
    def keys(self) -> Code | None:
        """Where its secrets go, if they are not the usual ones."""
        wanted = self._endpoint.auth
        return None if wanted is None else places_of(each for each in self.provider.ir.auth if each.argument in wanted)

    @property
    def key_at(self) -> Code | None:
        """Where its idempotency key is, if that is not a header."""
        if self._key is None or self._key.place == "header":
            return None
        return literal(("query", self._key.name) if self._key.place == "query" else ("body", (self._key.name,)))

    @property
    def constants(self) -> list[tuple[Code, Code]]:
        """(place, value) of each constant."""
        found: list[tuple[Json, Json]] = [(("body", path), value) for path, value in self._body.constants]
        found += [
            ((place.value, name), text)
            for place, name, text in self._endpoint.constants
            if not (self._endpoint.is_form and name.lower() == "content-type")
        ]
        own = {place for place, _ in found} | {("query", each.field.wire) for each in self._required}
        found += [(("query", name), text) for name, text in self.provider.ir.query if ("query", name) not in own]
        return [(literal(place), literal(value)) for place, value in found]

    @property
    def _required(self) -> list[Parameter]:
        """The required arguments in the query."""
        return [each for each in self._endpoint.parameters if each.place is Place.QUERY and not each.field.optional]

    @property
    def objects(self) -> list[Code]:
        return [literal(path) for path in self._body.objects]

    @property
    def arguments(self) -> list[Code]:
        """Each as a constructor call."""
        in_body = [self._argument(parameter, path) for path, parameter in self._body.arguments]
        elsewhere = [one for one in self._endpoint.parameters if one.place is not Place.BODY]
        return [*(self._argument(one, one.field.wire) for one in elsewhere), *in_body]

    def _holder(self, path: Pointer) -> Model:
        """The model of the body, or of an object in it."""
        assert self._endpoint.body is not None
        model = self.provider.ir.model(self._endpoint.body.model)
        for wire in path:
            found = self.provider.field_of(Named(model.name), wire).type
            assert isinstance(found, Named)
            model = self.provider.ir.model(found.name)
        return model

    def _is_checked(self, parameter: Parameter, where: str | Pointer) -> bool:
        """Whether bounds and formats hold: those of a model that replies have too do not."""
        is_in_model = parameter.place is Place.BODY and self._endpoint.body is not None
        return not (is_in_model and self._holder(tuple(where)[:-1]).in_reply)

    def _argument(self, parameter: Parameter, where: str | Pointer) -> Code:
        field = parameter.field
        parts = [literal(parameter.name), literal(parameter.place.value), literal(where)]
        if field.is_rest:
            parts.append(rest_of(self.provider, self._holder(tuple(where)[:-1])))
        elif self._is_checked(parameter, where):
            parts.append(values_of(self.provider, field.type, field.bounds))
        else:
            parts.append(values_of(self.provider, field.type, is_checked=False))
        parts += [Code("is_optional=True")] if field.optional else []
        parts += [Code("is_nullable=True")] if field.nullable else []
        if self._job_id == field.wire:
            parts.append(Code("is_id=True"))
        elif parameter.place is not Place.PATH and field.wire in self._needed_later:
            parts.append(Code("is_needed_later=True"))
        parts += [Code("is_chosen=True")] if field.optional and self._reference == field.wire else []
        parts += [Code(f"join={literal(field.join)}")] if field.join else []
        parts += [Code("in_brackets=True")] if field.in_brackets else []
        return Code(f"Argument({', '.join(parts)})")


def needs_of(provider: Context, operation: Operation) -> set[str]:
    """The arguments that the requests of its job need, if the operation may return one."""
    return {
        name
        for reply in operation.replies
        for job in provider.ir.jobs
        if job.name == reply.job
        for name in job.needs_of(operation.endpoint, reply.job_id)
    }


def id_of(operation: Operation) -> str:
    """The argument that is the id of the job, if the operation may return one."""
    return next((reply.job_id.argument for reply in operation.replies if reply.job), "")
