"""What a package's README and metadata say, printed as Markdown and TOML."""

from __future__ import annotations

from dataclasses import dataclass

from bide.emit.python.code import Code, annotation
from bide.emit.words import prose
from bide.emit.words.markdown import code_span, link, markdown, mermaid, toml, toml_list
from bide.ir import Job, Lifecycle, Operation, Parameter, Provider

RUNTIME = "bide-runtime>=0.1,<0.3"
"""An edition is supported by the minor version that brings it and by the next one."""

_ENGINES = ("aiohttp>=3.12,<4", "msgspec>=0.20", "urllib3>=2.3,<3")
_EXTRAS = {"httpx": ("httpx2>=2.0,<3",), "progress": ("rich>=13.9",)}
"""What a package needs that has its own copy of the runtime."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    cells: tuple[Code, ...]

    @property
    def line(self) -> Code:
        return Code(f"| {' | '.join(self.cells)} |")


class Diagram:
    """The states of one lifecycle, as a Mermaid diagram."""

    def __init__(self, lifecycle: Lifecycle, jobs: list[str]) -> None:
        self._lifecycle = lifecycle
        self._jobs = jobs
        self._ids = {status: f"s{index}" for index, status in enumerate(lifecycle.states)}

    @property
    def heading(self) -> Code:
        return Code(", ".join(code_span(job) for job in self._jobs))

    @property
    def lines(self) -> list[Code]:
        states = self._lifecycle.states
        found = [
            f"state {mermaid(status if status == state else f'{status} ({state.value})')} as {self._ids[status]}"
            for status, state in states.items()
        ]
        transitions = self._lifecycle.transitions or self._any_move()
        reached = {after for followers in transitions.values() for after in followers}
        found += [f"[*] --> {self._ids[status]}" for status in states if status not in reached]
        found += [
            f"{self._ids[before]} --> {self._ids[after]}" for before in transitions for after in transitions[before]
        ]
        found += [f"{self._ids[status]} --> [*]" for status, state in states.items() if state.is_final]
        return [Code(line) for line in found]

    def _any_move(self) -> dict[str, tuple[str, ...]]:
        """Where the spec names no transitions: from every status that is not final to every one that is."""
        states = self._lifecycle.states
        final = tuple(status for status, state in states.items() if state.is_final)
        return {status: final for status, state in states.items() if not state.is_final}


class ReadmeView:
    """A provider as its README tells of it."""

    def __init__(self, provider: Provider, *, vendor: bool = False) -> None:
        self._provider = provider
        self._is_vendored = vendor

    @property
    def dependencies(self) -> Code:
        """What the package needs, as TOML."""
        return toml_list(_ENGINES if self._is_vendored else (RUNTIME,))

    @property
    def extras(self) -> list[Code]:
        """What each extra of the package needs, as TOML."""
        if self._is_vendored:
            return [Code(f"{name} = {toml_list(needs)}") for name, needs in _EXTRAS.items()]
        return [Code(f"{name} = {toml_list((RUNTIME.replace('runtime', f'runtime[{name}]'),))}") for name in _EXTRAS]

    @property
    def title(self) -> Code:
        return markdown(self._provider.title)

    @property
    def distribution(self) -> Code:
        return Code(f"{self._provider.name.replace('_', '-')}-client")

    @property
    def summary(self) -> Code:
        """The description in the package's metadata."""
        return toml(f"A typed client for {self._provider.title} that waits correctly.")

    @property
    def description(self) -> Code:
        return markdown(prose.sentence(self._provider.description))

    @property
    def docs(self) -> Code:
        return link(f"{self._provider.title}'s own pages", self._provider.docs)

    @property
    def secrets(self) -> list[tuple[Code, Code]]:
        """(environment variable, argument) of each."""
        return [(Code(secret.env), Code(secret.argument)) for secret in self._provider.auth]

    @property
    def has_one_key(self) -> bool:
        return [secret.argument for secret in self._provider.auth] == ["api_key"]

    @property
    def spec_file(self) -> Code:
        return code_span(self._provider.spec_file)

    @property
    def example(self) -> JobExample | None:
        return JobExample(self._provider.jobs[0]) if self._provider.jobs else None

    @property
    def jobs(self) -> list[Row]:
        return [self._job(job) for job in self._provider.jobs]

    @property
    def operations(self) -> list[Row]:
        return [self._operation(operation) for operation in self._provider.operations]

    @property
    def diagrams(self) -> list[Diagram]:
        jobs: dict[str, list[str]] = {lifecycle.name: [] for lifecycle in self._provider.lifecycles}
        for job in self._provider.jobs:
            jobs[job.lifecycle.name].append(job.name)
        return [Diagram(lifecycle, jobs[lifecycle.name]) for lifecycle in self._provider.lifecycles]

    def _job(self, job: Job) -> Row:
        return Row(
            (
                code_span(f"client.{job.name}"),
                markdown(_first_sentence(job.description)),
                code_span(annotation(job.result)),
                markdown(prose.typical(job) or "not said"),
                markdown(prose.interval(job)),
                markdown(prose.duration(job.polling.timeout)),
            )
        )

    def _operation(self, operation: Operation) -> Row:
        return Row((code_span(f"client.{operation.name}()"), markdown(_first_sentence(operation.description))))


class JobExample:
    """A job as the quickstart runs it."""

    def __init__(self, job: Job) -> None:
        self._job = job

    @property
    def name(self) -> Code:
        return Code(self._job.name)

    @property
    def arguments(self) -> Code:
        """The arguments that must be given."""
        return Code(
            ", ".join(_given(parameter) for parameter in self._job.submit.parameters if not parameter.field.optional)
        )


def _given(parameter: Parameter) -> str:
    """An argument with a value that shows its kind."""
    name = str(annotation(parameter.field.type))
    value = {"str": '"..."', "int": "1", "float": "1.0", "bool": "True", "list[str]": '["..."]'}.get(name, "...")
    if "url" in parameter.name and value == '"..."':
        value = '"https://example.com"'
    if "url" in parameter.name and value == '["..."]':
        value = '["https://example.com"]'
    return f"{parameter.name}={value}"


def _first_sentence(text: str) -> str:
    flat = prose.sentence(text)
    head, stop, _ = flat.partition(". ")
    return head + "." if stop else flat
