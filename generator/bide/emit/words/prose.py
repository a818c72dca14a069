"""What generated docstrings say. Text only; how it is written in Python is in `python`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from bide.ir import Field, Job, ListOf, Model, Named, Operation, Parameter, Provider, Secret, Source, Type
from bide.spec.names import failed_class

TIMEOUT = (
    "timeout",
    "Seconds until `JobTimeout` is raised, with the submit, all polls and pauses and the result in it;"
    " `None` waits for ever.",
)
ON_UPDATE = ("on_update", "Called with an `Update` after each poll.")
ASYNC_ON_UPDATE = ("on_update", "Called with an `Update` after each poll, and awaited if it can be.")
IDEMPOTENCY_KEY = (
    "idempotency_key",
    "A key of your own. A submit with the key and the arguments of an earlier one makes no second job."
    " By default, a new one.",
)
PROGRESS = ("progress", "Whether to show a line in the terminal; needs `rich`.")
CANCEL_ON_TIMEOUT = (
    "cancel_on_timeout",
    "Whether to ask the provider at the deadline to cancel the job, which may take 5 seconds more.",
)
HTTP_TIMEOUT = ("timeout", "Seconds for this HTTP request. By default, {seconds}.")


Texts: TypeAlias = Mapping[str, tuple[str, ...]]
"""The values of each enum, by its name."""

NO_TEXTS: Texts = {}


def policy(job: Job, title: str) -> tuple[str, str]:
    """What the `policy` argument is by default."""
    return ("policy", f"When to poll. By default, by what is known of {title}'s jobs: {interval(job)}.")


def interval(job: Job) -> str:
    """`every 2 to 5 s, never within 1 s`."""
    shortest, longest = job.polling.interval
    every = duration(shortest) if shortest == longest else f"{shortest:g} to {duration(longest)}"
    return f"every {every}, never twice within {duration(job.polling.min_interval)}"


def duration(seconds: float) -> str:
    """Seconds as a person writes them: `90 s`, `5 min`, `24 h`."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 2 * size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def typical(job: Job) -> str:
    """`3 to 15 s`, or empty."""
    if job.polling.typical is None:
        return ""
    low, high = job.polling.typical
    return (
        f"{duration(low)} to {duration(high)}"
        if duration(low)[-1:] != duration(high)[-1:]
        else f"{low:g} to {duration(high)}"
    )


def field(field: Field, *, of: Source | None, is_argument: bool = False) -> str:
    """What a field or an argument means: description, bounds, default, and its source if that is not the model's."""
    parts = [sentence(field.description)]
    if limits := bounds_in_words(field):
        parts.append(sentence(limits[0].upper() + limits[1:]))
    if field.has_default:
        parts.append(f"Default: {json.dumps(field.default, ensure_ascii=False)}.")
    if field.deprecated:
        parts.append(f"Deprecated: {sentence(field.deprecated)}")
    if field.source is not None and field.source != of and not is_argument:
        parts.append(f"({field.source.title})")
    return " ".join(part for part in parts if part)


def arguments(
    parameters: Iterable[Parameter], extra: Iterable[tuple[str, str]] = (), *, texts: Texts = NO_TEXTS
) -> str:
    """The `Args:` section; *texts* are the values of each enum."""
    lines = []
    for parameter in parameters:
        text = field(parameter.field, of=None, is_argument=True) or "See the provider's page."
        if choices := texts.get(_enum_of(parameter.field.type), ()):
            text += f" Known: {', '.join(f'`{choice}`' for choice in choices)}."
        renamed = f" Sent as `{parameter.field.wire}`." if parameter.name == f"{parameter.field.name}_" else ""
        lines.append(f"    {parameter.name}: {text}{renamed}")
    lines += [f"    {name}: {text}" for name, text in extra]
    return "\n".join(["", "Args:", *lines]) if lines else ""


def see(source: Source | None) -> str:
    """Where the provider says so."""
    return f"\nSee {source.title}, {source.url}" if source is not None else ""


def model(model: Model, provider: Provider) -> str:
    text = sentence(model.description) or undescribed(model.name, provider)
    return text + (f"\n{see(model.source)}" if model.source else "")


def undescribed(name: str, provider: Provider) -> str:
    """What can be said of a class that the spec does not describe."""
    return f"The `{name}` of {provider.title}."


def joined(*sections: str) -> str:
    """Sections with an empty line between them."""
    return "\n".join(section for section in sections if section)


def operation(found: Operation, texts: Texts, job_extra: str, default_timeout: str) -> str:
    """The docstring of an operation's method."""
    extra = [(HTTP_TIMEOUT[0], HTTP_TIMEOUT[1].format(seconds=default_timeout))]
    return joined(
        sentence(found.description),
        job_extra,
        arguments(found.endpoint.parameters, extra, texts=texts),
        see(found.source),
    )


def namespace(job: Job) -> str:
    facts = [f"Polled {interval(job)}."]
    if took := typical(job):
        facts.insert(0, f"Usually done within {took}.")
    if job.lifecycle.result.kept is not None:
        facts.append(f"The result is kept for {duration(job.lifecycle.result.kept)}.")
    return joined(sentence(job.description), f"\n{' '.join(facts)}", see(job.source))


def submit(job: Job, texts: Texts) -> str:
    key = [IDEMPOTENCY_KEY] if job.idempotency_key else []
    lost = (
        "A submit whose reply is lost is sent again with the same key: there is never a second job."
        if job.idempotency_key
        else "A submit whose reply is lost is not sent again, since that could make a second job."
    )
    return joined(
        "Submit a job and return its handle, without waiting for it.",
        f"\n{sentence(job.description)} {lost}",
        arguments(job.submit.parameters, key, texts=texts),
        "\nRaises:"
        "\n    SubmitUncertain: No reply came, so the job may exist or not."
        "\n    ApiError: The provider refused it.",
        see(job.source),
    )


def run(job: Job, title: str, texts: Texts, *, is_async: bool) -> str:
    key = [IDEMPOTENCY_KEY] if job.idempotency_key else []
    extra = [*key, TIMEOUT, ASYNC_ON_UPDATE if is_async else ON_UPDATE, policy(job, title), PROGRESS, *_cancel(job)]
    return joined(
        "Submit a job, wait until it is done, and return its result.",
        f"\n{sentence(job.description)}{_how_long(job)}",
        arguments(job.submit.parameters, extra, texts=texts),
        "\nRaises:"
        f"\n    {_failure(job)}"
        "\n    JobCancelled, JobExpired: It ended without a result."
        "\n    JobTimeout: The deadline came. The job goes on; `resume(error.token)` waits for it again."
        "\n    SubmitUncertain: No reply came to the submit, so the job may exist or not."
        "\n    ApiError, DecodeError: Something that does not pass by itself.",
        see(job.source),
    )


def failed(job: Job) -> str:
    """The docstring of the exception for a failed job that has something all the same."""
    return f"A `{job.name}` job failed. `code` and `reason` are the provider's words, `result` is what there is anyway."


def run_many(job: Job, params_class: str, title: str, *, is_async: bool) -> str:
    awaited = ", and awaited if it can be," if is_async else ""
    return joined(
        "Run many jobs side by side; iterate over how each ended, as it ends.",
        "\nA job that fails does not end the others: its outcome has the error. What is left when you leave the loop"
        " early is in `running`.",
        arguments(
            (),
            [
                (
                    "params",
                    f"The arguments of each job, as `{params_class}`; taken as there is room, however many they are.",
                ),
                ("max_in_flight", "How many jobs may be under way at the same time."),
                ("timeout", "Seconds for each job, from its first submit to its result; `None` waits for ever."),
                ("in_order", "Whether to hand the outcomes out in the order of the params."),
                ("on_update", f"Called with a `Counts`{awaited} whenever a job was polled or ended."),
                PROGRESS,
                policy(job, title),
                (
                    "tag",
                    "Returns a text of at most 100 characters for an input; outcome, handle and token carry it.",
                ),
                *_cancel(job),
            ],
        ),
    )


def client(provider: Provider) -> str:
    return _client(provider, f"with {provider.class_name}() as client:", "")


def async_client(provider: Provider) -> str:
    return _client(provider, f"async with Async{provider.class_name}() as client:", "await ")


def package(provider: Provider) -> str:
    """The docstring of the package."""
    first = (
        f"A client for {provider.title}: {provider.description}"
        if provider.description
        else f"A client for {provider.title}."
    )
    return joined(
        sentence(first),
        _example(
            provider,
            f"with {provider.class_name}() as client:",
            "",
            f"from {provider.name}_client import {provider.class_name}",
        ),
        f"\nThe provider's own pages: {provider.docs}" if provider.docs else "",
    )


def _client(provider: Provider, opening: str, waits: str) -> str:
    key = "".join(f"\n    {each.argument}: {_secret(each)}" for each in provider.auth)
    return joined(
        (
            f"{sentence(provider.title + ': ' + provider.description)}"
            if provider.description
            else sentence(provider.title)
        ),
        _example(provider, opening, waits),
        f"\nArgs:{key}"
        f"\n    base_url: Another address than {provider.base_url}."
        "\n    timeout: Seconds for one HTTP request. How long to wait for a job is said where one waits."
        "\n    max_retries: How often a request that failed is sent again, if that is safe."
        "\n    transport: Another HTTP engine, or one that you have set up."
        "\n    clock: Another time, for tests."
        "\n    observer: Called with an `Exchange` after each HTTP request, for metrics and traces."
        "\n    max_rate: The most requests per second, all jobs together. The provider's own limits are kept anyway."
        "\n    jitter: Returns a number in [0, 1) for the jitter of pauses; replace it in tests."
        "\n    new_key: Returns a new idempotency key; replace it in tests.",
    )


def _secret(secret: Secret) -> str:
    """What an argument for a secret is, and where it is from by default."""
    what = {
        "username": "The user name",
        "password": "The password",
        "both": "User name and password, as `name:password`",
    }
    about = what[secret.name] if secret.scheme == "basic" else "The API key"
    if secret.scheme != "basic" and secret.argument != "api_key":
        place = "header" if secret.scheme == "header" else "query parameter"
        about = f"What is sent in the {place} `{secret.name}`"
    return f"{about}. By default, the environment variable `{secret.env}`."


def _example(provider: Provider, opening: str, waits: str, first: str = "") -> str:
    if not provider.jobs:
        return ""
    job = provider.jobs[0]
    required = [parameter for parameter in job.submit.parameters if not parameter.field.optional]
    given = ", ".join(f"{parameter.name}=..." for parameter in required)
    lines = [first, "", opening] if first else [opening]
    lines.append(f"    result = {waits}client.{job.name}.run({given})")
    return "\n" + "\n".join(f"    {line}" if line else "" for line in lines)


def _cancel(job: Job) -> list[tuple[str, str]]:
    return [CANCEL_ON_TIMEOUT] if job.lifecycle.cancel else []


def _failure(job: Job) -> str:
    if job.failed_result is None:
        return "JobFailed: The provider says why in `code` and `reason`."
    return f"{failed_class(job.name)}: The provider says why in `code` and `reason`; `result` is what there is anyway."


def _how_long(job: Job) -> str:
    took = typical(job)
    return f" It usually takes {took}." if took else ""


def bounds_in_words(field: Field) -> str:
    """`1 to 500`, `at most 10 items`: what the user must keep to, or empty."""
    bounds = field.bounds
    if not bounds:
        return ""
    parts = [
        _range(bounds.min, bounds.max, ""),
        _range(bounds.min_items, bounds.max_items, " items"),
        _range(bounds.min_length, bounds.max_length, " characters"),
    ]
    if bounds.pattern is not None:
        parts.append(f"matching {bounds.pattern}")
    return ", ".join(part for part in parts if part)


def sentence(text: str) -> str:
    """*text* on one line, ended by a full stop."""
    flat = " ".join(text.split())
    return flat if not flat or flat[-1] in ".!?:" else f"{flat}."


def _range(low: float | None, high: float | None, unit: str) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"at least {low:g}{unit if low != 1 else unit.removesuffix('s')}"
    if low is None:
        return f"at most {high:g}{unit if high != 1 else unit.removesuffix('s')}"
    return f"{low:g} to {high:g}{unit}"


def _enum_of(type: Type) -> str:
    """The name that an argument's type, or that of its items, has; empty if it has none."""
    if isinstance(type, ListOf):
        return _enum_of(type.item)
    return type.name if isinstance(type, Named) else ""
