"""A provider as its site shows it: plain text, which the templates escape."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from bide.emit.python.code import annotation
from bide.emit.words import prose
from bide.emit.words.errors import ERRORS
from bide.emit.words.numbers import duration
from bide.emit.words.readme import ReadmeView
from bide.emit.words.samples import call, is_known, samples
from bide.ir import Endpoint, Enum, Field, Job, Lifecycle, Model, Operation, Provider, Union
from bide.site.diagram import diagram
from bide.site.text import typed


@dataclass(frozen=True, slots=True)
class Row:
    """An argument, or a field of a model."""

    name: str
    type: Markup
    is_required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Error:
    """An exception of the package."""

    name: str
    base: str
    meaning: str


class SiteView:
    """A provider as its site shows it."""

    def __init__(self, provider: Provider) -> None:
        self.ir = provider
        self.readme = ReadmeView(provider)
        self.jobs = [JobView(self, job) for job in provider.jobs]
        self.operations = [CallView(self, operation) for operation in provider.operations]
        found: list[Model | Union | Enum] = [*provider.models, *provider.unions, *provider.enums]
        self.data = [DataView(self, each) for each in found]
        self.lifecycles = [LifecycleView(self, each) for each in provider.lifecycles]

    def has(self, page: str) -> bool:
        """Whether there is something for a page."""
        empty = {
            "jobs.html": not self.jobs,
            "operations.html": not self.operations,
            "models.html": not self.data,
            "terminal.html": self.ir.command is None and self.ir.server is None,
        }
        return not empty.get(page, False)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the models, unions and enums."""
        return frozenset(self.ir.by_name)

    @property
    def package(self) -> str:
        return f"{self.ir.name}_client"

    @property
    def arguments(self) -> list[tuple[str, str, str]]:
        """(name, environment variable, what it is) of the client's arguments: secrets, and parts of the base URL."""
        found = [(each.argument, each.env, "the secret, or a function that returns it") for each in self.ir.auth]
        for each in self.ir.variables:
            values = ", ".join(f"`{value}` ({meaning})" if meaning else f"`{value}`" for value, meaning in each.values)
            usual = f"default `{each.default}`" if each.default else ""
            found.append((each.name, each.env, "; ".join(filter(None, ["a part of the base URL", values, usual]))))
        if self.ir.webhooks:
            found.append(("webhook_secret", self.ir.webhooks.env, "the secret with which webhooks are signed"))
        return found

    @property
    def description(self) -> str:
        return prose.sentence(self.ir.description)

    @property
    def failures(self) -> list[tuple[str, str, str]]:
        return list(self.readme.meanings())

    @property
    def errors(self) -> list[Error]:
        """All exceptions, bases first."""
        return [Error(each.name, each.base or f"{self.ir.class_name}Error", each.meaning) for each in ERRORS]

    @property
    def typed_command(self) -> str:
        return str(self.readme.typed or "")

    @property
    def entries(self) -> Iterator[tuple[str, str, str]]:
        """(title, text, address) of what the search finds."""
        for job in self.jobs:
            yield f"client.{job.name}", job.about, f"jobs.html#{job.name}"
        for operation in self.operations:
            yield f"client.{operation.name}()", operation.about, f"operations.html#{operation.name}"
        for each in self.data:
            yield each.name, each.about, f"models.html#{each.name}"
        for error in self.errors:
            yield error.name, error.meaning, f"errors.html#{error.name}"


class CallView:
    """An operation, or the submit of a job."""

    def __init__(self, site: SiteView, found: Job | Operation) -> None:
        self._site = site
        self.ir = found
        self.name = found.name
        self.about = prose.sentence(found.description)
        self.deprecated = prose.sentence(found.deprecated)
        self.source = found.source
        self.command = found.command
        self.tool = found.tool

    @property
    def endpoint(self) -> Endpoint:
        return self.ir.submit if isinstance(self.ir, Job) else self.ir.endpoint

    @property
    def request(self) -> str:
        """The method and the address."""
        return f"{self.endpoint.method} {self.endpoint.path}"

    def call(self, function: str, indent: int = 0) -> str:
        """A call with the required arguments, as source behind *indent* spaces."""
        return str(call(function, self._site.ir, self.endpoint, indent=indent))

    @property
    def typed(self) -> str:
        """The command in a terminal; empty: none."""
        words = [str(self._site.ir.command), str(self.command), *(["run"] if isinstance(self.ir, Job) else [])]
        if self._site.ir.command is None or self.command is None:
            return ""
        for name, value in samples(self._site.ir, self.endpoint).items():
            for text in value if isinstance(value, list) else [value]:
                if not is_known(text):
                    return f"{shlex.join(words)} --help"
                shown = text if isinstance(text, str) else json.dumps(text)
                words += [f"--{name.strip('_').replace('_', '-')}", shown]
        return shlex.join(words)

    @property
    def arguments(self) -> list[Row]:
        return [
            _row(self._site, each.field, each.name, is_required=not each.field.optional)
            for each in self.endpoint.parameters
        ]

    @property
    def returns(self) -> list[Markup]:
        """The types of an operation's replies."""
        assert isinstance(self.ir, Operation)
        types = [typed(annotation(each.type), self._site.names) for each in self.ir.replies if each.type is not None]
        if self.ir.stream:
            types += [typed(model, self._site.names) for _, model in self.ir.stream.events]
        return types


class JobView(CallView):
    """A kind of job."""

    def __init__(self, site: SiteView, job: Job) -> None:
        super().__init__(site, job)
        self.job = job

    @property
    def result(self) -> Markup:
        return typed(annotation(self.job.result), self._site.names)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """(question, answer) pairs."""
        job = self.job
        kept = job.lifecycle.result.retention
        return [
            ("usually takes", prose.typical(job) or "not documented"),
            ("polled", prose.interval(job)),
            ("default timeout", duration(job.polling.timeout)),
            ("result kept for", duration(kept) if kept else "not documented"),
            ("can be cancelled", "yes" if job.lifecycle.cancel else "no"),
            ("a submit whose reply is lost", self._lost),
            *((("a webhook", f"`client.{job.name}.receive(body, headers)` reads it"),) if job.webhook else ()),
        ]

    @property
    def _lost(self) -> str:
        if self.job.idempotency_key:
            return "is sent again with the same idempotency key: there is never a second job"
        found = "; `find` shows whether there is a job" if self.job.find else ""
        return f"is not sent again, and raises `SubmitUncertain`{found}"


class LifecycleView:
    """A lifecycle, and its picture."""

    def __init__(self, site: SiteView, lifecycle: Lifecycle) -> None:
        self.name = lifecycle.name
        self.about = prose.sentence(lifecycle.description)
        self.jobs = [job.name for job in site.ir.jobs if job.lifecycle.name == lifecycle.name]
        self.picture = Markup(diagram(lifecycle))  # `diagram` escapes all text
        self.statuses = [(status, state.value) for status, state in lifecycle.states.items()]


class DataView:
    """A model, a union or an enum."""

    def __init__(self, site: SiteView, found: Model | Union | Enum) -> None:
        self._site = site
        self._ir = found
        self.name = found.name
        self.source = found.source
        self.about = prose.sentence(found.description) or prose.undescribed(found.name, site.ir)

    @property
    def kind(self) -> str:
        return {Model: "model", Union: "union", Enum: "open enum"}[type(self._ir)]

    @property
    def fields(self) -> list[Row]:
        if not isinstance(self._ir, Model):
            return []
        return [
            _row(self._site, each, each.name, is_required=not (each.optional or each.nullable))
            for each in self._ir.fields
        ]

    @property
    def values(self) -> list[tuple[str, str]]:
        """(value, meaning) of an enum."""
        return [(each.wire, each.description) for each in self._ir.values] if isinstance(self._ir, Enum) else []

    @property
    def variants(self) -> list[tuple[str, Markup]]:
        """(discriminator, model) of a union."""
        found = self._ir.variants if isinstance(self._ir, Union) else ()
        return [(value, typed(model, self._site.names)) for value, model in found]

    @property
    def examples(self) -> list[tuple[str, str]]:
        """(title, text) pairs."""
        return [(each.title, each.text) for each in self._ir.examples] if isinstance(self._ir, Model) else []


def _row(site: SiteView, field: Field, name: str, *, is_required: bool) -> Row:
    text = prose.field(field, of=None, is_argument=True)
    sent = f" Sent as `{field.wire}`." if field.wire != name and not field.is_rest else ""
    return Row(name, typed(str(annotation(field.type)), site.names), is_required, f"{text}{sent}".strip())
