"""The text of generated docstrings. `bide.emit.python` writes it as Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from bide.emit.python.code import literal
from bide.emit.words.numbers import article, duration, number, span
from bide.emit.words.samples import arguments as arguments_of
from bide.emit.words.samples import call
from bide.ir import Field, Job, Json, Model, Operation, Parameter, Provider, Secret, Source, State, Variable
from bide.ir.build.reach import named
from bide.spec.names import failed_class

TIMEOUT = ("timeout", "Overall deadline in seconds, from submit to result; `None` waits without limit.")
ON_UPDATE = ("on_update", "Called with an `Update` after each poll.")
ASYNC_ON_UPDATE = ("on_update", "Called with an `Update` after each poll; awaited if it returns an awaitable.")
IDEMPOTENCY_KEY = (
    "idempotency_key",
    "A key of your own. Submitting again with the same key and the same arguments does not create a second job."
    " Default: a new key for each submit.",
)
KEPT = " The provider keeps keys for {duration}."
PROGRESS = ("progress", "Whether to show a progress line in the terminal. Requires `rich`.")
CANCEL_ON_TIMEOUT = (
    "cancel_on_timeout",
    "Whether to cancel the job when the deadline passes. This may take up to 5 s more.",
)
HTTP_TIMEOUT = ("timeout", "Timeout of this HTTP request in seconds. Default: {seconds}.")
NOT_SENT = "InvalidArgument: An argument is not allowed. Nothing was sent."
MAY_EXIST = "SubmitUncertain: No reply to the submit arrived. The job may exist."
REFUSED = "ApiError: The provider refused the request."
UNREACHABLE = "TransportError: The provider could not be reached. No job was created."


Texts: TypeAlias = Mapping[str, tuple[str, ...]]
"""The values of each enum, by the name of the enum."""

NO_TEXTS: Texts = {}


def policy(job: Job) -> tuple[str, str]:
    """The text of the `policy` argument."""
    return ("policy", f"When to poll. Default: {interval(job)}.")


def interval(job: Job) -> str:
    """How often a job is polled: `every 2 to 5 s, at least 1 s apart`; and whether the server may hold a poll."""
    often = f"every {span(*job.polling.interval)}, at least {duration(job.polling.min_interval)} apart"
    held = job.lifecycle.long_poll
    return often if held is None else f"{often}; the server may hold a poll for {duration(held.max_seconds)}"


def typical(job: Job) -> str:
    """How long a job usually takes, `3 to 15 s`; empty if the spec does not say."""
    return span(*job.polling.typical) if job.polling.typical else ""


def field(field: Field, *, of: Source | None, is_argument: bool = False) -> str:
    """The text of a field or an argument: description, bounds, default, and the source if it is not the model's."""
    parts = [sentence(field.description)]
    if limits := bounds_in_words(field):
        parts.append(sentence(limits[0].upper() + limits[1:]))
    if field.has_default:
        parts.append(f"Default: {_default(field.default)}.")
    if field.deprecated:
        parts.append(f"Deprecated: {sentence(field.deprecated)}")
    if field.source is not None and field.source != of and not is_argument:
        parts.append(f"({field.source.title})")
    return " ".join(part for part in parts if part)


REFERENCE = " The job is found by it, so it must be its own. Default: a new one for each submit."


def arguments(
    parameters: Iterable[Parameter],
    extra: Iterable[tuple[str, str]] = (),
    *,
    texts: Texts = NO_TEXTS,
    chosen: str = "",
) -> str:
    """The `Args:` section. *texts* has the values of each enum, and *chosen* is an argument that a client chooses."""
    lines = []
    for parameter in parameters:
        text = field(parameter.field, of=None, is_argument=True) or "Not described by the provider."
        if choices := [choice for name in named(parameter.field.type) for choice in texts.get(name, ())]:
            text += f" Known values: {', '.join(f'`{choice}`' for choice in choices)}."
        renamed = f" Sent as `{parameter.field.wire}`." if parameter.name == f"{parameter.field.name}_" else ""
        text += REFERENCE if chosen and parameter.field.wire == chosen else ""
        lines.append(f"    {parameter.name}: {text}{renamed}")
    lines += [f"    {name}: {text}" for name, text in extra]
    return "\n".join(["", "Args:", *lines]) if lines else ""


def see(source: Source | None) -> str:
    """The provider's page on it."""
    return f"\nSee {source.title}: {source.url}" if source is not None else ""


def model(model: Model, provider: Provider) -> str:
    text = sentence(model.description) or undescribed(model.name, provider)
    return text + (f"\n{see(model.source)}" if model.source else "")


def undescribed(name: str, provider: Provider) -> str:
    """The text for a class that the spec does not describe."""
    return f"The `{name}` of {provider.title}."


def joined(*sections: str) -> str:
    """Sections with an empty line between them."""
    return "\n".join(section for section in sections if section)


def operation(found: Operation, texts: Texts) -> str:
    """The docstring of an operation's method."""
    seconds = found.endpoint.timeout
    default = number(seconds) if seconds is not None else "the client's timeout"
    extra = [(HTTP_TIMEOUT[0], HTTP_TIMEOUT[1].format(seconds=default))]
    kind = ""
    if found.job:
        kind = f"\nReturns the answer, or the handle of a `{found.job}` job if the provider needs longer."
    elif found.stream:
        kind = (
            "\nReturns a stream of events. Iterate over it in a `with` block."
            " `timeout` limits the time between two events, not the whole stream."
        )
    return joined(
        sentence(found.description),
        _deprecated(found),
        kind,
        arguments(found.endpoint.parameters, extra, texts=texts),
        see(found.source),
    )


def namespace(job: Job) -> str:
    """The docstring of a job's namespace."""
    facts = [f"Polled {interval(job)}."]
    if took := typical(job):
        facts.insert(0, f"Usually takes {took}.")
    if job.lifecycle.result.retention is not None:
        facts.append(f"The provider keeps the result for {duration(job.lifecycle.result.retention)}.")
    return joined(sentence(job.description), _deprecated(job), f"\n{' '.join(facts)}", see(job.source))


def _deprecated(found: Job | Operation) -> str:
    """Why it should not be used; empty if it is not deprecated."""
    return f"\nDeprecated: {sentence(found.deprecated)}" if found.deprecated else ""


def _idempotency_key(job: Job) -> list[tuple[str, str]]:
    """The text of the `idempotency_key` argument, if there is one."""
    if not job.idempotency_key:
        return []
    name, text = IDEMPOTENCY_KEY
    retention = job.idempotency_key.retention
    return [(name, text + (KEPT.format(duration=duration(retention)) if retention else ""))]


def _reference(job: Job) -> str:
    """The wire name of the argument that is the reference of a job, if a client chooses one."""
    return job.find.argument if job.find and job.submit.named[job.find.argument].field.optional else ""


def submit(job: Job, texts: Texts) -> str:
    """The docstring of `submit`."""
    key = _idempotency_key(job)
    lost = (
        "If the reply is lost, the submit is sent again with the same key: there is never a second job."
        if job.idempotency_key
        else "If the reply is lost, the submit is not sent again, because that could create a second job."
        + (" `find` shows whether there is one." if job.find else "")
    )
    return joined(
        "Submit a job and return its handle without waiting.",
        f"\n{sentence(job.description)} {lost}",
        _deprecated(job),
        arguments(job.submit.parameters, key, texts=texts, chosen=_reference(job)),
        _raises(NOT_SENT, UNREACHABLE, MAY_EXIST, REFUSED),
        see(job.source),
    )


def run(job: Job, texts: Texts, *, is_async: bool) -> str:
    """The docstring of `run`."""
    key = _idempotency_key(job)
    extra = [*key, TIMEOUT, ASYNC_ON_UPDATE if is_async else ON_UPDATE, policy(job), PROGRESS, *_cancel(job)]
    return joined(
        "Submit a job, wait until it is done, and return its result.",
        f"\n{sentence(job.description)}{_how_long(job)}",
        _deprecated(job),
        arguments(job.submit.parameters, extra, texts=texts, chosen=_reference(job)),
        _raises(
            *_endings(job),
            "JobTimeout: The deadline passed. The job is still running; `resume(error.token)` waits for it again.",
            NOT_SENT,
            UNREACHABLE,
            MAY_EXIST,
            "ApiError, DecodeError: An error that retrying will not fix.",
        ),
        see(job.source),
    )


def can_be_cancelled(job: Job) -> bool:
    """Whether `JobCancelled` can be raised."""
    return State.CANCELLED in job.lifecycle.final_states


def can_expire(job: Job) -> bool:
    """Whether `JobExpired` can be raised: by a state, or because the result's own address says that it is gone."""
    result = job.lifecycle.result
    return State.EXPIRED in job.lifecycle.final_states or bool(result.endpoint and result.gone)


def can_fail(job: Job) -> bool:
    """Whether `JobFailed` can be raised."""
    return State.FAILED in job.lifecycle.final_states


def failed(job: Job) -> str:
    """The docstring of the exception of a failed job that still has a result."""
    return (
        f"{article(job.name).title()} `{job.name}` job failed. `code` and `reason` are from the provider;"
        " `result` is what the job still has."
    )


def run_many(job: Job, params_class: str, *, is_async: bool) -> str:
    """The docstring of `run_many`."""
    awaited = "; awaited if it returns an awaitable" if is_async else ""
    return joined(
        "Run many jobs concurrently and iterate over their outcomes as they finish.",
        "\nA failed job does not stop the others: its outcome holds the error. If you leave the loop early, `running`"
        " has the jobs that are still running.",
        arguments(
            (),
            [
                ("params", f"The arguments of each job, as `{params_class}`. Read only as jobs can start."),
                ("max_in_flight", "How many jobs may run at the same time."),
                (
                    "timeout",
                    "Deadline of each job in seconds, from submit to result; `None` waits without limit.",
                ),
                ("in_order", "Whether to yield the outcomes in the order of `params`."),
                ("on_update", f"Called with a `Counts` after each poll and each outcome{awaited}."),
                PROGRESS,
                policy(job),
                (
                    "tag",
                    "Returns a text of at most 100 characters for a job's arguments; outcome and token carry it.",
                ),
                (
                    "ledger",
                    "A file from which the same call goes on after its process has ended: no job is lost, and none is"
                    " submitted twice.",
                ),
                ("key", "Returns a text that tells inputs apart in the ledger. Default: by their content."),
                (
                    "max_submitting",
                    f"How many submits may be under way at once, with a ledger. Default: {_submitting(job)}.",
                ),
                *_cancel(job),
            ],
        ),
    )


def _submitting(job: Job) -> str:
    """How many submits may be under way at once."""
    if job.idempotency_key:
        return "`max_in_flight`"
    why = "each of them is searched for after a crash" if job.find else "nobody knows what became of those at a crash"
    return f"10, because {why}"


def client(provider: Provider) -> str:
    return _client(provider, f"with {provider.class_name}() as client:", "")


def async_client(provider: Provider) -> str:
    return _client(provider, f"async with Async{provider.class_name}() as client:", "await ")


def package(provider: Provider) -> str:
    """The docstring of the package."""
    return joined(
        f"A client for {provider.title}.",
        f"\n{sentence(provider.description)}" if provider.description else "",
        _example(
            provider,
            f"with {provider.class_name}() as client:",
            "",
            f"from {provider.name}_client import {provider.class_name}{_models(provider)}",
        ),
        f"\nThe provider's documentation: {provider.docs}" if provider.docs else "",
    )


def ways_of(auth: Iterable[Secret]) -> list[str]:
    """The arguments of each way, if one of several secrets is enough: "`a` and `b`"."""
    ways: dict[int, list[str]] = {}
    for secret in auth:
        if secret.way:
            ways.setdefault(secret.way, []).append(f"`{secret.argument}`")
    return [" and ".join(arguments) for arguments in ways.values()]


def _client(provider: Provider, opening: str, waits: str) -> str:
    ways = "; ".join(ways_of(provider.auth))
    choice = (
        f"\nOne of these is needed: {ways}. The first that is passed is used, or else the first in the environment."
    )
    key = "".join(f"\n    {each.argument}: {_secret(each)}" for each in provider.auth)
    key += f"\n    token_url: URL to use instead of {provider.oauth.token_url}." if provider.oauth else ""
    if provider.webhooks:
        key += (
            "\n    webhook_secret: The secret with which webhooks are signed, or several while it is being replaced."
            f" Default: the environment variable `{provider.webhooks.env}`."
        )
    colour = "An asyncio client" if waits else "A blocking client"
    return joined(
        f"{colour} for {provider.title}.",
        f"\n{sentence(provider.description)}" if provider.description else "",
        _example(provider, opening, waits),
        choice if ways else "",
        f"\nArgs:{key}{''.join(map(_variable, provider.variables))}"
        f"\n    base_url: URL to use instead of {provider.base_url}."
        f"\n    timeout: Timeout of one HTTP request in seconds.{_wait_for_a_job(provider)}"
        "\n    max_retries: How many times a failed request is sent again, if that is safe."
        "\n    transport: HTTP engine to use instead of the default one."
        "\n    clock: Source of time; replace it in tests."
        "\n    observer: Called with an `Exchange` after each HTTP request, for metrics and traces."
        "\n    trace: File to which is added what is sent and when, without keys and bodies; `bide trace` shows it."
        "\n    max_rate: Most requests per second, over all jobs. The provider's own rate limits apply as well."
        "\n    jitter: Returns a number in [0, 1) for the jitter of pauses; replace it in tests."
        "\n    new_key: Returns a new idempotency key; replace it in tests.",
    )


def _wait_for_a_job(provider: Provider) -> str:
    return " To limit the wait for a job, pass `timeout` to `run()` or `wait()`." if provider.jobs else ""


def _variable(variable: Variable) -> str:
    """The line of an argument for a variable of the base URL."""
    usual_part = "A part of the token URL." if variable.is_of_token_url else "A part of the base URL."
    parts = [sentence(variable.description) or usual_part]
    if variable.values:
        known = (f"`{value}` ({text.rstrip('.')})" for value, text in variable.values)
        parts.append(f"One of {', '.join(known)}.")
    usual = [f"the environment variable `{variable.env}`"] if variable.env else []
    usual += [f"`{variable.default}`"] if variable.default else []
    parts.append(f"Default: {', else '.join(usual)}." if usual else "")
    return f"\n    {variable.name}: {' '.join(filter(None, parts))}"


def _secret(secret: Secret) -> str:
    """The text of an argument for a secret."""
    what = {
        "username": "The user name",
        "password": "The password",
        "both": "User name and password, as `name:password`",
        "client_id": "The client id, with which the client gets its access tokens",
        "client_secret": "The client secret. It is sent to the token URL only",
    }
    if secret.scheme == "oauth":
        return f"{what[secret.name]}. Default: the environment variable `{secret.env}`."
    about = what[secret.name] if secret.scheme == "basic" else "The API key"
    if secret.scheme != "basic" and secret.argument != "api_key":
        place = "header" if secret.scheme == "header" else "query parameter"
        about = f"The secret in the {place} `{secret.name}`"
    return f"{about}, or a function that returns it. Default: the environment variable `{secret.env}`."


def _models(provider: Provider) -> str:
    """What the example imports beside the client."""
    return ", models" if provider.jobs and "models." in arguments_of(provider, provider.jobs[0].submit) else ""


def _example(provider: Provider, opening: str, waits: str, first: str = "") -> str:
    if not provider.jobs:
        return ""
    job = provider.jobs[0]
    lines = [first, "", opening] if first else [opening]
    run = call(f"result = {waits}client.{job.name}.run", provider, job.submit, indent=4)
    lines += f"    {run}".split("\n")
    return "\n" + "\n".join(f"    {line}" if line else "" for line in lines)


def _cancel(job: Job) -> list[tuple[str, str]]:
    return [CANCEL_ON_TIMEOUT] if job.lifecycle.cancel else []


def _raises(*lines: str) -> str:
    return "\n".join(["", "Raises:", *(f"    {line}" for line in lines)])


def _endings(job: Job) -> list[str]:
    """How a job can end without a result, one line for each exception."""
    lines = []
    if can_fail(job):
        name, also = "JobFailed", ""
        if job.failed_result is not None:
            name, also = failed_class(job.name), "; `result` is what the job still has"
        lines.append(f"{name}: The job failed. `code` and `reason` are from the provider{also}.")
    if can_be_cancelled(job):
        lines.append("JobCancelled: The job was cancelled.")
    if can_expire(job):
        lines.append("JobExpired: The provider no longer has the job or its result.")
    return lines


def _default(value: Json) -> str:
    """A default as Python writes it."""
    return f"`{literal(value)}`"


def _how_long(job: Job) -> str:
    took = typical(job)
    return f" It usually takes {took}." if took else ""


def bounds_in_words(field: Field) -> str:
    """The bounds of a field: `1 to 500`, `at most 10 items`; empty if it has none."""
    bounds = field.bounds
    if not bounds:
        return ""
    parts = [
        _range(bounds.min, bounds.max, ""),
        f"greater than {number(bounds.above)}" if bounds.above is not None else "",
        f"less than {number(bounds.below)}" if bounds.below is not None else "",
        _range(bounds.min_items, bounds.max_items, " items"),
        _range(bounds.min_length, bounds.max_length, " characters"),
    ]
    if bounds.pattern is not None:
        parts.append(f"matching `{bounds.pattern}`")
    return ", ".join(part for part in parts if part)


def sentence(text: str) -> str:
    """*text* on one line, ended by a full stop."""
    flat = " ".join(text.split())
    return flat if not flat or flat[-1] in ".!?:" else f"{flat}."


def _range(low: float | None, high: float | None, unit: str) -> str:
    if low is None and high is None:
        return ""
    only_one = 1 in (low, high) and (low is None or high is None or low == high)
    unit = unit.removesuffix("s") if only_one else unit
    if high is None:
        return f"at least {number(low or 0)}{unit}"
    if low is None:
        return f"at most {number(high)}{unit}"
    return f"exactly {number(low)}{unit}" if low == high else f"{number(low)} to {number(high)}{unit}"


def receive() -> str:
    """The docstring of `receive`."""
    return joined(
        "Read a webhook and return the handle of its job. Nothing is sent.",
        "\nWaits of this client for the same job end at once if it is done. A job that is done is not polled again.",
        "\nArgs:"
        "\n    body: The body as it arrived, in bytes."
        "\n    headers: The headers of the request."
        "\n    secret: The secret, or several while it is being replaced. Default: `webhook_secret` of the client."
        "\n\nRaises:"
        "\n    InvalidSignature: The provider has not signed it, or it is too old."
        "\n    DecodeError: It does not match the spec.",
    )
