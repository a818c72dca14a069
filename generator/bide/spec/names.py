"""Make Python names from wire names. No other module makes names.

Every name from this module is an ASCII identifier, not a keyword, and does not start with an underscore. So names of a
spec never collide with the names of generated code that start with an underscore.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(
    r"[A-Z]{2,}s?(?![a-z])[0-9]*"  # HTML in HTMLPage, URLs, HTML5
    r"|[A-Z][a-z0-9]*"  # Page
    r"|[a-z0-9]+"
)
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def _set_of(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Not `keyword.kwlist`: the same spec must make the same bytes under every Python version.
_KEYWORDS = _set_of("""
    False None True and as assert async await break class continue def del elif else except finally for from global if
    import in is lambda nonlocal not or pass raise return try while with yield
    """)

# Legal names, but a field of that name would shadow what annotations and defaults in the same class refer to.
_USED_IN_CLASS_BODIES = _set_of("""
    bool bytes date datetime dict field float int list msgspec object property set str tuple
    failed_items from_dict from_json to_dict to_json
    """)

OUR_ARGUMENTS = _set_of("""
    cancel_on_timeout frozenset idempotency_key isinstance models on_update policy progress self timeout
    """)
"""Keyword arguments of generated methods, and names used in them; a provider's argument gets an underscore."""

OUR_CLIENT_NAMES = _set_of("""
    aclose api_key base_url clock close closed download_file jobs max_retries resume timeout transport webhooks
    with_options
    """)
"""Attributes of every client; no job or operation may have these names."""

OUR_CLASSES = _set_of("""
    Annotated Any ClassVar False Json Literal LocalDatetime Mapping Meta Model None OpenEnum OpenIntEnum Other
    Required Sequence True TypeAlias TypedDict Union UnixTime UnixTimeMs UnknownEvent Variant

    Adaptive AsyncCancellableJob AsyncJob AsyncStream CancellableJob Exponential Fixed Job Outcome Snapshot State Stream
    Update UploadFile

    ApiError AuthenticationError BadRequest ClientClosed ClientError ConfigurationError Conflict ConnectionFailed
    DecodeError Gone InvalidArgument InvalidSignature InvalidToken JobCancelled JobError JobExpired JobFailed JobNotDone
    JobTimeout LedgerFileError NotFound PaymentRequired PermissionDenied RateLimited ReplyTooLarge RequestTimeout
    ServerError StreamCut StreamError StreamFailed SubmitUncertain TransportError UnprocessableEntity
    """)
"""Classes of every generated package; no enum, model or union may have these names."""

OUR_IMPORTS = _set_of("""
    AiohttpTransport AsyncCancellableJobs AsyncClient AsyncClock AsyncFakeClock AsyncFakeTransport
    AsyncHttpxTransport AsyncIterable AsyncJobBatch AsyncJobs AsyncJobsClient AsyncKey AsyncSystemClock
    AsyncTransport Awaitable BatchOptions Callable CancellableJobs Client Clock Counts Exchange FakeClock FakeJob
    FakeJobs FakeOperation FakeProvider FakeStreaming FakeTransport Fault HttpxTransport Iterable Iterator JobBatch
    JobFacts Jobs JobsClient Key Link Look MaxRate Observer OwnErrors PROVIDER PathLike Plan Policy Polling Prepare
    Progress ProgressDisplay Record Reply Request Response Route Sent Submission SystemClock TYPE_CHECKING Timeline
    Transport Unknowns Urllib3Transport WaitOptions Webhooks
    """)
"""Other imports of the modules that define the clients and the fake; the client's class may not have these names."""

TYPES_IN_SIGNATURES = _set_of("""
    bool bytes date datetime dict float int list models str
    """)
"""Names in annotations of a client's methods; a method of that name would shadow them."""

DEVICES = frozenset(
    ["aux", "con", "nul", "prn", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))]
)
"""Names that Windows reserves for devices, in any case and with any extension."""


OUR_COMMANDS = _set_of("""
    completion ledger login logout mcp
    """)
"""Commands of every package's command line; no job or operation may have these."""

OUR_TOOLS = _set_of("""
    job_cancel job_list job_result
    """)
"""Tools of every package's MCP server; no job or operation may have these."""


class BadName(ValueError):
    """A text that no Python name can be made from."""


def identifier(text: str) -> str:
    """*text* itself. Raises `BadName` if it is not a valid Python name."""
    if _IDENTIFIER.fullmatch(text) is None or text in _KEYWORDS:
        raise BadName(f'"{text}" is not a valid Python name')
    return text


def words(text: str) -> tuple[str, ...]:
    """The words of a wire name, unchanged: `jobId` is `job` and `Id`. Words hold ASCII letters and digits only."""
    return tuple(_WORD.findall(text))


def snake_case(text: str) -> str:
    """`jobId` is `job_id`, and `from` is `from_`. Raises `BadName` if the result is empty or starts with a digit."""
    name = "_".join(words(text)).lower()
    if _IDENTIFIER.fullmatch(name) is None:
        raise BadName(f'no Python name can be made from "{text}"')
    return identifier(f"{name}_" if name in _KEYWORDS else name)


def pascal_case(text: str) -> str:
    """`url_scraper` is `UrlScraper`. Raises `BadName` if the result is empty or starts with a digit."""
    return identifier("".join(word[0].upper() + word[1:] for word in words(text)))


@lru_cache(maxsize=4096)
def field_name(wire: str) -> str:
    """The attribute for a JSON key, or the argument for a parameter: `jobId` is `job_id`, `from` is `from_`."""
    name = snake_case(wire)
    return identifier(f"{name}_" if name in _USED_IN_CLASS_BODIES else name)


def chosen_field_name(name: str) -> str:
    """A field's name as the spec gives it. Raises `BadName` for a name that `field_name` never makes."""
    if name != name.lower() or name in _USED_IN_CLASS_BODIES:
        raise BadName(f'"{name}" cannot be the name of a field')
    return identifier(name)


def argument_name(field: str) -> str:
    """The argument for a field: its name, with an underscore if generated methods use that name."""
    return identifier(f"{field}_" if field in OUR_ARGUMENTS else field)


def member_name(wire: str) -> str:
    """The enum member for a value: `not-found` is `NOT_FOUND`, `1080p` is `VALUE_1080P`, the empty text is `EMPTY`."""
    if not wire:
        return "EMPTY"
    name = "_".join(words(wire)).upper()
    if not name:
        raise BadName(f'no Python name can be made from "{wire}"')
    return identifier(f"VALUE_{name}" if name[0].isdigit() else name)


def body_class(name: str) -> str:
    """The model of an inline body: `url_scraper` has `UrlScraperBody`."""
    return f"{pascal_case(name)}Body"


def event_class(name: str) -> str:
    """The union of a stream's events: `extract_stream` has `ExtractStreamEvent`."""
    return f"{pascal_case(name)}Event"


def like_class(enum: str) -> str:
    """The type of an argument that takes an enum member or its text: `Status` has `StatusLike`."""
    return identifier(f"{enum}Like")


def other_class(union: str) -> str:
    """The class for a value of a union whose discriminator is unknown: `Action` has `OtherAction`."""
    return identifier(f"Other{union}")


def jobs_class(job: str) -> str:
    """The namespace of a kind of job: `url_scraper` has `UrlScraperJobs`."""
    return f"{pascal_case(job)}Jobs"


def failed_class(job: str) -> str:
    """The exception of a kind of job with a `failed_result`: `url_scraper` has `UrlScraperFailed`."""
    return f"{pascal_case(job)}Failed"


def call_function(job: str) -> str:
    """The function that makes the submit request of a kind of job: `url_scraper` has `submit_url_scraper`."""
    return f"submit_{job}"


def params_class(job: str) -> str:
    """The arguments of a kind of job as a TypedDict: `url_scraper` has `UrlScraperParams`."""
    return f"{pascal_case(job)}Params"


def command(name: str, given: str | bool | None) -> str | None:
    """The command of a job or an operation: *given* by the spec, or `url-scraper` for `url_scraper`; `None`: none."""
    return None if given is False else given if isinstance(given, str) else name.replace("_", "-")


def tool(name: str, given: str | bool | None) -> str | None:
    """The tool of a job or an operation: *given* by the spec, or its name; `None`: none."""
    return None if given is False else given if isinstance(given, str) else name
