"""Python names from wire names. No other module invents a name.

Every name that leaves this module is an ASCII identifier, is no keyword, and does not start with an underscore:
generated code may use names with a leading underscore for its own purposes, and no spec can reach them.
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


# A list of our own, and not `keyword.kwlist`: the same spec makes the same bytes under every Python.
_KEYWORDS = _set_of("""
    False None True and as assert async await break class continue def del elif else except finally for from global if
    import in is lambda nonlocal not or pass raise return try while with yield
    """)

# Legal names, but a field of that name would hide what the annotations and defaults of its neighbours mean.
_USED_IN_CLASS_BODIES = _set_of("""
    bool bytes date datetime dict field float int list msgspec object property set str tuple
    failed_items to_dict
    """)

OUR_ARGUMENTS = _set_of("""
    cancel_on_timeout frozenset idempotency_key isinstance models on_update policy progress self timeout
    """)
"""Keyword arguments of generated methods, and what these need inside; a provider's argument gets an underscore."""

OUR_CLIENT_NAMES = _set_of("""
    aclose api_key base_url clock close closed max_retries resume timeout transport with_options
    """)
"""What every client has; no job or operation may have that name."""

OUR_CLASSES = _set_of("""
    Annotated Any ClassVar False Json Literal Mapping Meta Model None OpenEnum Other Required Sequence True TypeAlias
    TypedDict Union UnknownEvent Variant

    Adaptive AsyncCancellableJob AsyncJob AsyncStream CancellableJob Exponential Fixed Job Outcome Snapshot State Stream
    Update UploadFile

    ApiError AuthenticationError BadRequest ClientClosed ClientError ConfigurationError Conflict ConnectionFailed
    DecodeError Gone InvalidArgument InvalidToken JobCancelled JobError JobExpired JobFailed JobNotDone JobTimeout
    NotFound PaymentRequired PermissionDenied RateLimited ReplyTooLarge RequestTimeout ServerError StreamCut StreamError
    StreamFailed SubmitUncertain TransportError UnprocessableEntity
    """)
"""Classes of every generated package; no enum, model or union may have that name."""

OUR_IMPORTS = _set_of("""
    AiohttpTransport AsyncCancellableJobs AsyncClient AsyncClock AsyncFakeClock AsyncFakeTransport
    AsyncHttpxTransport AsyncIterable AsyncJobBatch AsyncJobs AsyncSystemClock AsyncTransport Awaitable BatchOptions
    Callable CancellableJobs Client Clock Counts Exchange FakeClock FakeJob FakeJobs FakeOperation FakeProvider
    FakeStreaming FakeTransport Fault HttpxTransport Iterable Iterator JobBatch Jobs Link MaxRate Observer OwnErrors
    PROVIDER Plan Policy Polling Progress ProgressDisplay Record Reply Request Response Route Sent SystemClock
    TYPE_CHECKING Transport Urllib3Transport WaitOptions
    """)
"""What else the modules of the clients and of the fake import; the client's class stands beside it."""

TYPES_IN_SIGNATURES = _set_of("""
    bool bytes date datetime dict float int list models str
    """)
"""What stands in the annotations of a client's methods; a method of that name would hide it from them."""

DEVICES = frozenset(
    ["aux", "con", "nul", "prn", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))]
)
"""What Windows takes for a device, in any case and with any ending."""


class BadName(ValueError):
    """A text that no Python name can be made of."""


def identifier(text: str) -> str:
    """*text*, if it can stand in Python source as a name of its own. Raises `BadName` if not."""
    if _IDENTIFIER.fullmatch(text) is None or text in _KEYWORDS:
        raise BadName(f'"{text}" is no Python name')
    return text


def words(text: str) -> tuple[str, ...]:
    """The words of a wire name, as they came: `jobId` is `job` and `Id`. Only ASCII letters and digits are in words."""
    return tuple(_WORD.findall(text))


def snake_case(text: str) -> str:
    """`jobId` is `job_id`, and `from` is `from_`. Raises `BadName` if that starts with a digit, or nothing is left."""
    name = "_".join(words(text)).lower()
    if _IDENTIFIER.fullmatch(name) is None:
        raise BadName(f'no Python name can be made of "{text}"')
    return identifier(f"{name}_" if name in _KEYWORDS else name)


def pascal_case(text: str) -> str:
    """`url_scraper` is `UrlScraper`. Raises `BadName` if that starts with a digit, or nothing is left."""
    return identifier("".join(word[0].upper() + word[1:] for word in words(text)))


@lru_cache(maxsize=4096)
def field_name(wire: str) -> str:
    """The attribute for a JSON key, or the argument for a parameter: `jobId` is `job_id`, `from` is `from_`."""
    name = snake_case(wire)
    return identifier(f"{name}_" if name in _USED_IN_CLASS_BODIES else name)


def chosen_field_name(name: str) -> str:
    """A field's name as the spec chose it. Raises `BadName` where `field_name` would have avoided it."""
    if name != name.lower() or name in _USED_IN_CLASS_BODIES:
        raise BadName(f'"{name}" cannot be the name of a field')
    return identifier(name)


def argument_name(field: str) -> str:
    """The argument for a field: its name, with an underscore if an argument of ours has it."""
    return identifier(f"{field}_" if field in OUR_ARGUMENTS else field)


def member_name(wire: str) -> str:
    """The enum member for a value: `not-found` is `NOT_FOUND`, `1080p` is `VALUE_1080P`, the empty text is `EMPTY`."""
    if not wire:
        return "EMPTY"
    name = "_".join(words(wire)).upper()
    if not name:
        raise BadName(f'no Python name can be made of "{wire}"')
    return identifier(f"VALUE_{name}" if name[0].isdigit() else name)


def body_class(name: str) -> str:
    """The model of a body that is written in place: `url_scraper` has `UrlScraperBody`."""
    return f"{pascal_case(name)}Body"


def event_class(name: str) -> str:
    """The union of a stream's events: `extract_stream` has `ExtractStreamEvent`."""
    return f"{pascal_case(name)}Event"


def like_class(enum: str) -> str:
    """What an argument may be instead of a member of an enum: `Status` has `StatusLike`."""
    return identifier(f"{enum}Like")


def other_class(union: str) -> str:
    """What holds a value of a union with an unknown tag: `Action` has `OtherAction`."""
    return identifier(f"Other{union}")


def jobs_class(job: str) -> str:
    """The namespace of a kind of job: `url_scraper` has `UrlScraperJobs`."""
    return f"{pascal_case(job)}Jobs"


def failed_class(job: str) -> str:
    """The exception of a kind of job that has something even if it fails: `url_scraper` has `UrlScraperFailed`."""
    return f"{pascal_case(job)}Failed"


def call_function(job: str) -> str:
    """What makes the submit of a kind of job: `url_scraper` has `submit_url_scraper`, beside the operations."""
    return f"submit_{job}"


def params_class(job: str) -> str:
    """The arguments of a kind of job as a dictionary: `url_scraper` has `UrlScraperParams`."""
    return f"{pascal_case(job)}Params"
