"""The README and the metadata of a package, printed as Markdown and TOML."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bide.emit.python.code import Code, annotation
from bide.emit.words import prose
from bide.emit.words.markdown import code_span, link, markdown, mermaid, toml, toml_list
from bide.emit.words.numbers import article, duration, number
from bide.emit.words.samples import arguments, call, is_known, samples
from bide.ir import Author, Job, Lifecycle, Operation, Provider
from bide.spec.names import failed_class

RUNTIME = "bide-runtime>=0.1,<0.3"
"""A minor version supports its own edition of the runtime's API and the one before it."""

_ENGINES = ("aiohttp>=3.12,<4", "msgspec>=0.20", "urllib3>=2.3,<3")
_EXTRAS = {
    "airflow": ("apache-airflow>=3.3,<4",),
    "httpx": ("httpx2>=2.0,<3",),
    "cli": ("click>=8.4,<9", "jmespath>=1.0,<2", "rich>=13.9"),
    "mcp": ("mcp>=2.3,<3", "click>=8.4,<9", "jmespath>=1.0,<2", "rich>=13.9"),
    "progress": ("rich>=13.9",),
    "socks": ("socksio>=1.0,<2",),
    "temporal": ("temporalio>=1.20,<2",),
}
"""The requirements of a package that has its own copy of the runtime."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    cells: tuple[Code, ...]

    @property
    def line(self) -> Code:
        return Code(f"| {' | '.join(self.cells)} |")


class Diagram:
    """The statuses of one lifecycle, as a Mermaid diagram."""

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
        transitions = {status: self._lifecycle.followers(status) for status in states}
        reached = {after for followers in transitions.values() for after in followers}
        found += [f"[*] --> {self._ids[status]}" for status in states if status not in reached]
        found += [f"{self._ids[before]} --> {self._ids[after]}" for before in states for after in transitions[before]]
        found += [f"{self._ids[status]} --> [*]" for status, state in states.items() if state.is_final]
        return [Code(line) for line in found]


class ReadmeView:
    """A provider as its README shows it."""

    def __init__(self, provider: Provider, *, vendor: bool = False) -> None:
        self._provider = provider
        self._is_vendored = vendor

    @property
    def dependencies(self) -> Code:
        """The requirements of the package, as TOML."""
        return toml_list(_ENGINES if self._is_vendored else (RUNTIME,))

    @property
    def extras(self) -> list[Code]:
        """The requirements of each extra, as TOML."""
        if self._is_vendored:
            return [Code(f"{name} = {toml_list(needs)}") for name, needs in _EXTRAS.items()]
        return [Code(f"{name} = {toml_list((RUNTIME.replace('runtime', f'runtime[{name}]'),))}") for name in _EXTRAS]

    @property
    def command(self) -> Code | None:
        """The command that the package installs; `None` if it has none."""
        return Code(self._provider.command) if self._provider.command else None

    @property
    def title(self) -> Code:
        return markdown(self._provider.title)

    @property
    def distribution(self) -> Code:
        return Code(self._provider.package.name)

    @property
    def is_published(self) -> bool:
        """Whether it can be installed by its name."""
        return self._provider.package.is_published

    @property
    def runtime(self) -> Code | None:
        """The distribution of the runtime, if the package has no copy of it."""
        return None if self._is_vendored else code_span("bide-runtime")

    @property
    def metadata(self) -> list[tuple[Code, Code]]:
        """(key, value) of each line of `[project]` that comes from the spec."""
        package = self._provider.package
        found = [
            ("name", toml(package.name)),
            ("version", toml(package.version)),
            ("description", toml(f"A typed client for {self._provider.title} that waits for jobs.")),
        ]
        if package.license:
            found.append(("license", toml(package.license)))
        if package.authors:
            found.append(("authors", Code(f"[{', '.join(_author(each) for each in package.authors)}]")))
        return [(Code(key), value) for key, value in found]

    @property
    def urls(self) -> list[tuple[Code, Code]]:
        """(label, URL) of each link of the package."""
        return [(toml(label), toml(url)) for label, url in self._provider.package.urls]

    @property
    def links(self) -> list[Code]:
        """The same links in Markdown."""
        return [link(label, url) for label, url in self._provider.package.urls]

    @property
    def license(self) -> Code | None:
        return code_span(self._provider.package.license) if self._provider.package.license else None

    @property
    def about(self) -> Code:
        """What the provider does, and where its documentation is."""
        provider = self._provider
        parts = [self._text(prose.sentence(provider.description))] if provider.description else []
        parts += (
            [Code(f"See {link(f'the documentation of {provider.title}', provider.docs)}.")] if provider.docs else []
        )
        return Code(" ".join(parts))

    @property
    def error(self) -> Code:
        """The base of the exceptions, with its article."""
        name = f"{self._provider.class_name}Error"
        return Code(f"{article(name)} {code_span(name)}")

    @property
    def secrets(self) -> Code:
        """Where the client finds its secrets, and the variables of its base URL."""
        auth = self._provider.auth
        ways = prose.ways_of(auth)
        lines = [f"One of these is needed: {'; '.join(ways)}. If there are several, the first is used."] if ways else []
        lines += [f"`{each.argument}` is read from `{each.env}`, or passed as `{each.argument}=`." for each in auth]
        if [secret.argument for secret in auth] == ["api_key"]:
            lines = [f"The API key is read from `{auth[0].env}`, or passed as `api_key=`."]
        for each in self._provider.variables:
            read = f"read from `{each.env}`, or " if each.env else ""
            usual = f" Its default is `{each.default}`." if each.default else ""
            url = "token" if each.is_of_token_url else "base"
            lines.append(f"`{each.name}`, a part of the {url} URL, is {read}passed as `{each.name}=`.{usual}")
        return Code("\n".join(lines))

    @property
    def webhook_secret(self) -> Code | None:
        """Where the client finds the secret of webhooks; `None` if there are none."""
        signed = self._provider.webhooks
        if signed is None:
            return None
        return Code(f"`webhook_secret` is read from `{signed.env}`, or passed as `webhook_secret=`.")

    @property
    def told(self) -> list[Code]:
        """The jobs that webhooks tell of."""
        return [Code(job.name) for job in self._provider.jobs if job.webhook]

    @property
    def spec_file(self) -> Code:
        return code_span(self._provider.spec_file)

    @property
    def example(self) -> JobExample | None:
        return JobExample(self._provider, self._provider.jobs[0]) if self._provider.jobs else None

    @property
    def typed(self) -> Code | None:
        """A command of the package's command line, as it is typed; `None` if it has none, or no example."""
        provider = self._provider
        found: list[Job | Operation] = [*provider.jobs, *provider.operations]
        entries = [each for each in found if each.command]
        if provider.command is None or not entries:
            return None
        first = entries[0]
        endpoint = first.submit if isinstance(first, Job) else first.endpoint
        values = samples(provider, endpoint)
        words = [provider.command, str(first.command), *(["run"] if isinstance(first, Job) else [])]
        for name, value in values.items():
            texts = value if isinstance(value, list) else [value]
            if not is_known(value) or not all(isinstance(text, str | int | float) for text in texts):
                return Code(f"{provider.command} --help")
            for text in texts:
                words += [f"--{name.strip('_').replace('_', '-')}", str(text)]
        typed = shlex.join(words)
        return Code(typed if typed.isprintable() else f"{provider.command} --help")

    @property
    def server(self) -> Code | None:
        """The command that starts the MCP server; `None` if the package has none."""
        provider = self._provider
        if provider.server is None:
            return None
        return code_span(f"{provider.command or f'python -m {provider.name}_client'} mcp")

    @property
    def methods(self) -> Code:
        """The methods of a handle that only some jobs have."""
        able = [job.name for job in self._provider.jobs if job.lifecycle.cancel]
        if not able:
            return Code(" and `result`")
        if len(able) == len(self._provider.jobs):
            return Code(", `result` and `cancel`")
        return Code(f", `result` and, for {', '.join(code_span(name) for name in able)}, `cancel`")

    @property
    def attached(self) -> Code:
        """How jobs are attached whose polls need more than the id; empty if there are none."""
        calls = [
            code_span(f"client.{job.name}.attach(job_id, {', '.join(map(_passed, job.attached_with))})")
            for job in self._provider.jobs
            if job.attached_with
        ]
        return Code(f"Beside an id, `attach` takes what the polls need: {', '.join(calls)}." if calls else "")

    @property
    def failures(self) -> list[Row]:
        """The table of exceptions that this provider's client can raise."""
        return [Row((Code(name), Code(meaning), Code(answer))) for name, meaning, answer in self.meanings()]

    def meanings(self) -> Iterator[tuple[str, str, str]]:
        """(exceptions, what they mean, what to do), in Markdown."""
        jobs = self._provider.jobs
        if jobs:
            yield "`JobTimeout`", "the deadline passed; the job is still running", "`resume(error.token).wait()`"
        if any(prose.can_fail(job) for job in jobs):
            yield "`JobFailed`", "the provider reports that the job failed", "see `error.code` and `error.reason`"
        for job in jobs:
            if job.failed_result is not None:
                means = f"{article(job.name)} {code_span(job.name)} job failed; it is a `JobFailed`"
                yield f"`{failed_class(job.name)}`", means, "see `error.result` for what the job still has"
        if any(prose.can_be_cancelled(job) for job in jobs):
            yield "`JobCancelled`", "the job was cancelled", "submit it again if you need it"
        if any(prose.can_expire(job) for job in jobs):
            yield "`JobExpired`", "the provider no longer has the job or its result", "submit it again if you need it"
        if jobs:
            yield "`SubmitUncertain`", "no reply to a submit; the job may exist", "see `error.message`"
        if self._provider.webhooks:
            yield "`InvalidSignature`", "a webhook that the provider has not signed, or that is too old", "refuse it"
        yield "`InvalidArgument`", "an argument is not allowed; nothing was sent", "correct the argument"
        refused = "`AuthenticationError`, `RateLimited` and the other `ApiError`s"
        yield refused, "the provider refused the request", "see `error.status` and `error.code`"
        outside = " outside of a wait" if jobs else ""
        yield "`ConnectionFailed`, `RequestTimeout`", f"no complete reply to a request{outside}", "try again"
        if any(operation.stream for operation in self._provider.operations):
            yield "`StreamCut`, `StreamFailed`", "a stream of events ended early", "open it again"
        yield "`DecodeError`", "a reply does not fit the documentation", "report it with `error.path` and `error.body`"

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
                self._text(_first_sentence(job.description)),
                code_span(annotation(job.result)),
                Code(prose.typical(job) or "unknown"),
                Code(prose.interval(job)),
                Code(duration(job.polling.timeout)),
            )
        )

    def _operation(self, operation: Operation) -> Row:
        return Row((code_span(f"client.{operation.name}()"), self._text(_first_sentence(operation.description))))

    def _text(self, text: str) -> Code:
        """*text* in Markdown. Names of the spec between backticks stay code."""
        parts = re.split(r"`([A-Za-z_]\w*)`", text)
        if not self._names.issuperset(parts[1::2]):
            return markdown(text)
        return Code("".join(code_span(part) if index % 2 else _piece(part) for index, part in enumerate(parts)))

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names of jobs, operations, arguments and fields."""
        provider = self._provider
        fields = [field for model in provider.models for field in model.fields]
        names = [*(job.name for job in provider.jobs), *(each.name for each in provider.operations)]
        return frozenset([*names, *(field.name for field in fields), *(field.wire for field in fields)])


class JobExample:
    """A job as the quickstart runs it."""

    def __init__(self, provider: Provider, job: Job) -> None:
        self._provider = provider
        self._job = job

    @property
    def name(self) -> Code:
        return Code(self._job.name)

    @cached_property
    def arguments(self) -> Code:
        """The required arguments, with values that the spec accepts."""
        return arguments(self._provider, self._job.submit)

    @property
    def run(self) -> Code:
        return self._call("result = client.{}.run", indent=4)

    @property
    def async_run(self) -> Code:
        return self._call("result = await client.{}.run", indent=4)

    @property
    def submit(self) -> Code:
        return self._call("job = client.{}.submit")

    def _call(self, function: str, *, indent: int = 0) -> Code:
        return call(function.format(self._job.name), self._provider, self._job.submit, indent=indent)

    @property
    def imports(self) -> Code:
        """The imports that the arguments need besides the client, to stand above the client's."""
        moments = [name for name in ("UTC", "date", "datetime") if re.search(rf"\b{name}\b", self.arguments)]
        return Code(f"from datetime import {', '.join(moments)}\n\n" if moments else "")

    @property
    def models(self) -> Code:
        return Code(", models" if "models." in self.arguments else "")

    @property
    def timeout(self) -> Code:
        """The job's own default deadline, in seconds."""
        return Code(number(self._job.polling.timeout))

    @property
    def first(self) -> Code:
        """The arguments of the first job of a batch."""
        required = [parameter.name for parameter in self._job.submit.parameters if not parameter.field.optional]
        return Code(f"dict({self.arguments})" if required else "{}")


def _author(author: Author) -> str:
    mail = f", email = {toml(author.email)}" if author.email else ""
    return f"{{ name = {toml(author.name)}{mail} }}"


def _piece(text: str) -> str:
    """A part of a line in Markdown, with the spaces at its ends."""
    inside = text.strip()
    if not inside:
        return text
    return text.replace(inside, markdown(inside), 1)


def _first_sentence(text: str) -> str:
    flat = prose.sentence(text)
    head, stop, _ = flat.partition(". ")
    return head + "." if stop else flat


def _passed(name: str) -> str:
    """A value of that name in a call."""
    return f"{name}=..." if name.isidentifier() else f'**{{"{name}": ...}}'
