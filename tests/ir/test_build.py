"""The meaning of a checked spec."""

from __future__ import annotations

from typing import Any

import pytest

from bide import ir
from bide.ir import Kind, ListOf, MapOf, Named, Place, Scalar, State
from bide.ir.notation import NotationError, parse_duration, parse_range, parse_rate, parse_type, spelled
from bide.lint.pipeline import read_spec
from tests.acme_spec import FILE, TEXT, changed

STRING = Scalar(Kind.STRING)


@pytest.fixture(scope="module")
def acme() -> ir.Provider:
    return read_spec(FILE, TEXT)


def fields(model: ir.Model) -> dict[str, ir.Field]:
    return {field.wire: field for field in model.fields}


def job_of(text: str) -> ir.Job:
    return read_spec(FILE, text).jobs[0]


# --- the whole ------------------------------------------------------------------------------------------------------


def test_provider(acme: ir.Provider) -> None:
    """The head of a spec has the provider's name and its access."""
    assert (acme.name, acme.title, acme.class_name, acme.base_url) == (
        "acme",
        "Acme",
        "Acme",
        "https://api.acme.example/v1",
    )
    assert acme.auth == (ir.Secret(scheme="header", name="X-API-Key", env="ACME_API_KEY", argument="api_key"),)
    assert acme.headers == (("X-Api-Version", "2"),)
    assert acme.request_id_header == "X-Request-Id"
    assert acme.hosts == ("files.acme.example",)
    assert acme.spec_file == "acme.yaml"
    assert [(shape.code, shape.message) for shape in acme.errors] == [
        (("error", "code"), ("error", "message")),
        (("error",), ("message",)),
    ]


@pytest.mark.parametrize(
    ("auth", "found"),
    [
        ("{bearer: true, env: K}", [("header", "Authorization", "Bearer", "api_key")]),
        ("{header: Authorization, prefix: Token, env: K}", [("header", "Authorization", "Token", "api_key")]),
        ("{query: api_key, env: K, name: token}", [("query", "api_key", "", "token")]),
        ("{basic: both, env: K}", [("basic", "both", "", "api_key")]),
        (
            "[{basic: username, env: K}, {basic: password, env: L}]",
            [("basic", "username", "", "username"), ("basic", "password", "", "password")],
        ),
        (
            "[{header: X-App, env: K, name: app}, {header: X-Key, env: L}]",
            [("header", "X-App", "", "app"), ("header", "X-Key", "", "api_key")],
        ),
    ],
)
def test_other_ways_to_send_a_key(auth: str, found: list[tuple[str, str, str, str]]) -> None:
    """A bearer token, a query parameter, basic auth with a user name, or several secrets."""
    made = read_spec(FILE, changed(("{header: X-API-Key, env: ACME_API_KEY}", auth))).auth

    assert [(one.scheme, one.name, one.prefix, one.argument) for one in made] == found


def test_every_type_is_found_by_name(acme: ir.Provider) -> None:
    """Enums, models and unions, also those made for bodies and streams."""
    things: tuple[ir.Enum | ir.Model | ir.Union, ...] = (*acme.enums, *acme.models, *acme.unions)

    assert acme.by_name == {thing.name: thing for thing in things}
    assert {"FetchBody", "WatchEvent"} <= set(acme.by_name)


@pytest.mark.parametrize("file", ["acme.yaml", "specs/acme.yaml", "/home/me/specs/acme.yaml", "C:\\specs\\acme.yaml"])
def test_the_meaning_does_not_depend_on_the_folder(file: str) -> None:
    """The same spec has the same meaning in any folder."""
    assert read_spec(file, TEXT) == read_spec(FILE, TEXT)


# --- fields and models ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "type_", "nullable"),
    [
        ("string", STRING, False),
        ("Page", Named("Page"), False),
        ("list of map of Page", ListOf(MapOf(Named("Page"))), False),
        ("list of string or null", ListOf(STRING), True),
    ],
)
def test_types(text: str, type_: ir.Type, nullable: bool) -> None:
    """A type is read from left to right; `or null` is for the whole type."""
    read = parse_type(text)

    assert (read.type, read.nullable) == (type_, nullable)
    assert spelled(type_) == text.removesuffix(" or null")


@pytest.mark.parametrize(
    "text", ["", "list of", "list of list of ", "string|null", "list  of string", "a\n", "list of " * 9 + "any"]
)
def test_an_invalid_type_is_refused(text: str) -> None:
    """It has no meaning."""
    with pytest.raises(NotationError):
        parse_type(text)


def test_times() -> None:
    """Durations, ranges and rates are in seconds."""
    assert [parse_duration(text) for text in ("500ms", "2s", "1.5m", "24h", "7d")] == [
        0.5,
        2.0,
        90.0,
        86400.0,
        604800.0,
    ]
    assert (parse_range("2s..5s"), parse_range("10s")) == ((2.0, 5.0), (10.0, 10.0))
    assert parse_rate("60/min") == ir.Rate(count=60, seconds=60.0)


def test_fields(acme: ir.Provider) -> None:
    """A field has its wire name, its Python name, whether it may be missing or null, and its bounds."""
    found = fields(acme.model("FetchInput"))

    assert found["maxPages"].name == "max_pages"
    assert found["maxPages"].optional
    assert found["maxPages"].has_default
    assert found["maxPages"].default == 10
    assert found["maxPages"].bounds == ir.Bounds(min=1, max=500)
    assert found["url"].bounds == ir.Bounds(max_length=2000)
    assert not found["url"].optional
    total = fields(acme.model("Progress"))["total"]
    assert (total.optional, total.nullable) == (False, True)


def test_sources_are_inherited(acme: ir.Provider) -> None:
    """Parts of a model, an operation or an example have its source, unless they name their own."""
    job = acme.model("FetchJob")

    assert job.source is not None
    assert job.source.title == "Polling Jobs"
    assert {field.source for field in job.fields} == {job.source}
    assert job.examples[0].source == job.source
    assert acme.model("DoneJob").source == job.source
    assert acme.operations[0].endpoint.examples[0].source == job.source
    assert acme.model("FetchInput").source is None


def test_narrowing(acme: ir.Provider) -> None:
    """A model that narrows another one to some states has the fields that all of these states promise."""
    done = acme.model("DoneJob")

    assert done.base == "FetchJob"
    assert [field.wire for field in done.narrowed] == ["links"]
    assert not done.narrowed[0].optional
    assert [field.wire for field in done.fields] == [field.wire for field in acme.model("FetchJob").fields]


def test_narrowing_to_several_states() -> None:
    """A field that one of the states does not promise may still be missing."""
    text = changed(("when: succeeded", "when: [succeeded, failed]"))

    assert read_spec(FILE, text).model("DoneJob").narrowed == ()


def test_null_stays() -> None:
    """A field that is `or null` may be null in every state."""
    text = changed(("links?: {type: list of string,", "links?: {type: list of string or null,"))
    links = fields(read_spec(FILE, text).model("DoneJob"))["links"]

    assert (links.optional, links.nullable) == (False, True)


def test_bases_come_first() -> None:
    """A model follows the one that it narrows, whatever the order in the spec."""
    text = changed(
        ("  DoneJob:\n    is: FetchJob\n    when: succeeded\n", ""),
        ("models:\n", "models:\n  DoneJob: {is: FetchJob, when: succeeded}\n"),
    )
    found = [model.name for model in read_spec(FILE, text).models]

    assert found.index("FetchJob") < found.index("DoneJob")


def test_unions(acme: ir.Provider) -> None:
    """A union has its variants, and they have it and their discriminator."""
    click = acme.model("Click")

    assert acme.by_name["Action"] == ir.Union(
        name="Action", description="", source=None, tag_field="type", variants=(("click", "Click"), ("write", "Write"))
    )
    assert (click.unions, click.tag_field, click.tag) == (("Action",), "type", "click")


def test_models_of_requests_and_replies(acme: ir.Provider) -> None:
    """Each model has whether it is part of requests, of replies, or of both."""
    sent = {model.name for model in acme.models if model.in_request}
    received = {model.name for model in acme.models if model.in_reply}

    assert sent == {"FetchBody", "FetchInput", "Webhook", "SearchRequest"}
    assert {
        "SubmitReply",
        "FetchJob",
        "Progress",
        "ErrorInfo",
        "FetchResult",
        "Item",
        "Click",
        "CancelReply",
    } <= received
    assert {"SearchReply", "ProgressEvent", "CompleteEvent"} <= received
    assert not sent & received


def test_enum_values_may_have_a_name() -> None:
    """A value without a good name of its own has one from the spec."""
    text = changed(("queued: It waits.", "queued: {description: It waits., name: IN_LINE}"))

    assert read_spec(FILE, text).enums[0].values[0] == ir.EnumValue(
        wire="queued", name="IN_LINE", description="It waits."
    )


# --- operations -----------------------------------------------------------------------------------------------------


def test_a_body_by_name(acme: ir.Provider) -> None:
    """The fields of a body's model are the arguments, required ones first."""
    endpoint = acme.operations[0].endpoint
    assert endpoint.body is not None

    assert (endpoint.method, endpoint.path) == ("POST", "/search")
    assert [(one.name, one.place) for one in endpoint.parameters] == [("prompt", Place.BODY), ("limit", Place.BODY)]
    assert endpoint.body.model == "SearchRequest"
    assert [one.value for one in endpoint.body.fields] == list(endpoint.parameters)
    assert (endpoint.idempotent, endpoint.timeout, endpoint.rate_limit) == (True, 90.0, ir.Rate(count=60, seconds=60.0))


def test_path_query_and_headers(acme: ir.Provider) -> None:
    """Arguments are in path, query and headers; constants are no arguments."""
    endpoint = acme.operations[1].endpoint

    assert [(one.name, one.field.wire, one.place) for one in endpoint.parameters] == [
        ("id", "id", Place.PATH),
        ("limit", "limit", Place.QUERY),
        ("x_trace", "X-Trace", Place.HEADER),
    ]
    assert endpoint.constants == ((Place.QUERY, "kind", "x"),)


def test_replies(acme: ir.Provider) -> None:
    """A reply is a type, a job or nothing, for any 2xx or for one HTTP status."""
    search, monitor, _ = acme.operations

    assert search.replies == (ir.Reply(status=None, type=Named("SearchReply")),)
    assert monitor.replies == (
        ir.Reply(status=200, type=Named("SearchReply")),
        ir.Reply(status=202, job="fetch", job_id=ir.IdAt(field=("job_id",))),
        ir.Reply(status=203, type=Named("DoneJob")),
    )
    assert monitor.job == "fetch"


def test_no_reply() -> None:
    """An operation that returns nothing has an empty reply."""
    operation = read_spec(FILE, changed(("    returns: SearchReply\n", ""))).operations[0]

    assert operation.replies == (ir.Reply(status=None),)


def test_streams(acme: ir.Provider) -> None:
    """The events of a stream are a union without its own discriminator field."""
    watch = acme.operations[2]

    assert watch.replies == ()
    assert watch.stream == ir.Stream(
        events=(("error", "ErrorEvent"), ("progress", "ProgressEvent"), ("complete", "CompleteEvent")),
        union="WatchEvent",
        is_named=True,
        kind="",
        is_lines=False,
        last=frozenset({"complete"}),
        end="",
        error_event="error",
        error_message=("message",),
    )
    event = acme.model("ProgressEvent")
    assert (event.unions, event.tag_field, event.tag) == (("WatchEvent",), None, None)
    union = acme.by_name["WatchEvent"]
    assert isinstance(union, ir.Union)
    assert union.tag_field == ""


# --- jobs -----------------------------------------------------------------------------------------------------------


def test_a_body_in_place(acme: ir.Provider) -> None:
    """An inline body becomes a model, with constants, flattened objects and plain arguments."""
    job = acme.jobs[0]
    body = acme.model("FetchBody")
    assert job.submit.body is not None

    assert body.description == "The body of `fetch`."
    assert [(field.wire, field.type, field.is_const) for field in body.fields] == [
        ("kind", STRING, True),
        ("input", Named("FetchInput"), False),
        ("webhook", Named("Webhook"), False),
    ]
    kind, spread, webhook = job.submit.body.fields
    assert (kind.value, kind.const) == (None, "fetch")
    assert isinstance(spread.value, ir.BodyModel)
    assert spread.value.model == "FetchInput"
    assert isinstance(webhook.value, ir.Parameter)
    assert [one.name for one in job.submit.parameters] == ["url", "max_pages", "timeout_", "formats", "webhook"]


def test_the_words_for_a_body_of_bytes_hold_in_python_and_in_a_terminal() -> None:
    """Docstrings and the help of a command have the same description, so it names no type of Python."""
    text = changed(("    post: /watch\n    body: SearchRequest\n", "    post: /watch\n    body: bytes\n"))
    watch = next(each for each in read_spec(FILE, text).operations if each.name == "watch")
    (body,) = watch.endpoint.parameters

    assert body.field.description == "The body: bytes, or a file with them."


def test_jobs(acme: ir.Provider) -> None:
    """A job has its id, its models and its lifecycle."""
    job = acme.jobs[0]

    assert (job.reply, job.job_id, job.idempotency_key) == (
        "SubmitReply",
        ir.IdAt(field=("job_id",)),
        ir.KeyAt(name="Idempotency-Key", place="header", retention=None),
    )
    assert (job.snapshot, job.result) == ("FetchJob", Named("FetchResult"))
    assert job.lifecycle is acme.lifecycles[0]
    assert job.items == ir.Items(list=("results",), status=("status",), failed=("failed",), error=("error",))
    assert acme.model("FetchResult").items == job.items


def test_lifecycles(acme: ir.Provider) -> None:
    """A lifecycle has the states of all statuses, and pointers into the poll reply."""
    lifecycle = acme.lifecycles[0]

    assert lifecycle.states["completed"] is State.SUCCEEDED
    assert lifecycle.transitions["queued"] == ("running", "cancelled")
    assert lifecycle.ready == ((("result_available",), True),)
    assert lifecycle.poll.path == "/jobs/{job_id}"
    assert lifecycle.poll.parameters == ()
    assert lifecycle.result.endpoint is not None
    result = lifecycle.result
    assert (result.not_ready, result.gone, result.retention) == ((409,), (404, 410), 86400.0)
    assert lifecycle.cancel is not None
    assert (lifecycle.cancel.endpoint.method, lifecycle.cancel.returns) == ("POST", Named("CancelReply"))
    assert lifecycle.error == ir.ErrorAt(code=("error", "code"), message=("error", "message"))
    assert lifecycle.progress == ir.Progress(
        done=("progress", "completed"), total=("progress", "total"), message=("progress", "step")
    )
    assert (lifecycle.retry_after, lifecycle.retry_after_unit, lifecycle.credits) == (
        ("retry_after_ms",),
        "milliseconds",
        ("credits_used",),
    )


def test_default_lifecycle() -> None:
    """Missing keys have their defaults."""
    text = changed(
        (", accepts: [200, 202], rate_limit: 60/min}", "}"),
        (", not_ready: [409], gone: [404, 410], retention: 24h}", "}"),
    )
    lifecycle = job_of(text).lifecycle

    assert lifecycle.accepts == (200, 202)
    result = lifecycle.result
    assert (result.not_ready, result.gone, result.retention) == ((409,), (404, 410), None)


def test_a_result_inside_of_the_poll_reply() -> None:
    """A result may be a part of the poll reply."""
    text = changed(
        (
            'result: {get: "/jobs/{job_id}/result", not_ready: [409], gone: [404, 410], retention: 24h}',
            "result: {field: result}",
        ),
        ("      id: string\n", "      id: string\n      result?: FetchResult\n"),
    )

    assert job_of(text).lifecycle.result == ir.ResultAt(field=("result",))


def test_the_case_of_a_status() -> None:
    """A lifecycle compares statuses like the enum of the status."""
    text = changed(("    description: Where a job is.\n", "    ignore_case: true\n"))

    assert job_of(text).lifecycle.ignore_case
    assert not job_of(TEXT).lifecycle.ignore_case


def test_polling(acme: ir.Provider) -> None:
    """A job's own polling takes precedence over its lifecycle's, key by key."""
    assert acme.jobs[0].polling == ir.Polling(
        interval=(15.0, 30.0),
        min_interval=1.0,
        typical=(3.0, 15.0),
        timeout=300.0,
        initial_delay=0.0,
        not_found_grace=10.0,
    )


@pytest.mark.parametrize(
    ("polling", "expected"),
    [
        ("{not_found_grace: 0s}", {"interval": (2.0, 5.0), "min_interval": 0.5, "typical": None, "timeout": 300.0}),
        ("{typical: 1m..5m}", {"timeout": 1200.0}),
        ("{typical: 1s..2s}", {"timeout": 300.0}),
        ("{typical: 1m..5m, timeout: 1m}", {"timeout": 60.0}),
        ("{min_interval: 3s}", {"interval": (3.0, 5.0)}),
        ("{min_interval: 10s}", {"interval": (10.0, 10.0)}),
        ("{interval: 10s}", {"interval": (10.0, 10.0)}),
    ],
)
def test_default_polling(polling: str, expected: dict[str, Any]) -> None:
    """Every 2 to 5 s, at least 0.5 s apart, with a timeout by the typical time."""
    start = TEXT.index("    polling:\n")
    text = TEXT[:start].replace("    polling: {interval: 15s..30s}\n", "") + f"    polling: {polling}\n"
    found = job_of(text).polling

    assert {name: getattr(found, name) for name in expected} == expected


# --- the package ----------------------------------------------------------------------------------------------------


def test_package(acme: ir.Provider) -> None:
    """A spec without `package` has the default name and version, and nothing else."""
    assert acme.package == ir.Package(name="acme-client", version="0.1.0", license="", authors=(), urls=())


def test_package_of_the_spec() -> None:
    """The values of `package` are kept unchanged."""
    about = (
        "package:\n"
        "  name: acme-sdk\n"
        "  version: 2.0rc1\n"
        "  license: Apache-2.0 OR MIT\n"
        "  authors: [{name: Ada}, {name: Acme SDK team, email: sdk@acme.example}]\n"
        "  urls: {Source: https://acme.example/sdk}\n"
    )

    assert read_spec(FILE, TEXT.replace("enums:\n", f"{about}enums:\n", 1)).package == ir.Package(
        name="acme-sdk",
        version="2.0rc1",
        license="Apache-2.0 OR MIT",
        authors=(ir.Author(name="Ada"), ir.Author(name="Acme SDK team", email="sdk@acme.example")),
        urls=(("Source", "https://acme.example/sdk"),),
        is_published=True,
    )
