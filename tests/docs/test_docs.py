"""The pages of the docs: their code runs and prints what they say, and their links lead somewhere."""

from __future__ import annotations

import http.client
import logging
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bide.lint.pipeline import read_spec
from bide.simulator import Simulator
from tests.docs.runner import blocks, difference, run
from tests.runtime.engines.server import CERTIFICATE, Peer, Received, Server, reply

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
PAGES = ("waiting", "errors", "many-jobs", "observing", "transports", "testing")
"""Those with code that runs here."""

PROVIDERS = {"anakin": "Anakin", "scrapio": "Scrapio"}
"""The packages that the pages use, and the names of their clients."""

SPEED = 50.0
"""How fast time passes, for the simulators and for every client that is given no clock."""


class Providers:
    """The clients of the generated packages, led to simulators. A page that says `Anakin()` gets one of these."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, simulators: Mapping[str, Simulator]) -> None:
        self._headers: dict[str, str] = {}
        """What every request has beside its own headers."""
        account = import_module("bide_runtime.calls.account").Account
        monkeypatch.setattr(account, "request_to", self._with_headers(account.request_to))
        for name, simulator in simulators.items():
            package = import_module(f"{name}_client")
            provider = import_module(f"{name}_client._provider").PROVIDER
            monkeypatch.setenv(provider.auth[0].env, "sk-test")
            for prefix, driver in ("", "client"), ("Async", "async_client"):
                client = getattr(package, prefix + PROVIDERS[name])
                monkeypatch.setattr(client, "_provider", replace(provider, base_url=simulator.url))
                module = import_module(f"bide_runtime.clients.{driver}")
                clock = getattr(package, f"{prefix}SystemClock")
                monkeypatch.setattr(module, f"{prefix}SystemClock", partial(clock, SPEED))

    def follow(self, scenario: str | None) -> None:
        """Let this happen to the jobs that are submitted from now on."""
        self._headers.clear()
        if scenario is not None:
            self._headers["x-bide-scenario"] = scenario

    def _with_headers(self, request_to: Callable[..., Any]) -> Callable[..., Any]:
        def with_headers(account: Any, *where: str, headers: Mapping[str, str] | None = None, **more: Any) -> Any:
            return request_to(account, *where, headers={**(headers or {}), **self._headers}, **more)

        return with_headers


@pytest.fixture(autouse=True)
def _packages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROVIDERS:
        monkeypatch.syspath_prepend(REPOSITORY / "generated" / name)


@pytest.fixture(scope="module")
def simulators() -> Iterator[dict[str, Simulator]]:
    """A simulator of each provider."""
    with ExitStack() as stack:
        specs = {name: REPOSITORY / "specs" / f"{name}.yaml" for name in PROVIDERS}
        yield {
            name: stack.enter_context(Simulator(read_spec(spec.name, spec.read_text()), speed=SPEED))
            for name, spec in specs.items()
        }


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch, simulators: dict[str, Simulator]) -> Providers:
    """What the pages talk to."""
    return Providers(monkeypatch, simulators)


@pytest.fixture
def imagined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """What the reader of a page imagines, and what stands for it here: a folder of their own, a company's proxy."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(CERTIFICATE, "company.pem")
    with Server(_passed_on) as proxy:
        yield {"http://proxy.example:3128": proxy.url}


@contextmanager
def _plain_logging() -> Iterator[None]:
    """Logging as nobody has set it up, which pytest has."""
    root = logging.getLogger()
    before, root.handlers = root.handlers, []
    try:
        yield
    finally:
        root.handlers = before
        for name in PROVIDERS:
            logging.getLogger(f"{name}_client").setLevel(logging.NOTSET)


def _passed_on(peer: Peer, request: Received) -> None:
    """What a proxy does with a request."""
    parts = urlsplit(request.target)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request(request.method, parts.path, request.body, dict(request.headers))
    answer = connection.getresponse()
    peer.send(reply(answer.read(), status=f"{answer.status} {answer.reason}"))
    connection.close()


def run_page(page: str, providers: Providers, imagined: Mapping[str, str]) -> None:
    """Run a page. Raises `AssertionError` where it does not print what it says."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    found = list(blocks(DOCS / f"{page}.md"))
    assert len(found) == (DOCS / f"{page}.md").read_text().count("```python")
    for block in found:
        providers.follow(block.scenario)
        for words, thing in imagined.items():
            block = block.where(words, thing)
        with _plain_logging():
            printed = run(block, namespace)
        assert not difference(block, printed), difference(block, printed)


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_a_page_runs(page: str, providers: Providers, imagined: dict[str, str]) -> None:
    """Each block of a page runs, and prints what the page says."""
    run_page(page, providers, imagined)


def test_the_opentelemetry_recipe(
    providers: Providers, imagined: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recipe makes a span of each request: under the caller's, as long as the request, an error if it was one."""
    exported = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)

    run_page("observing", providers, imagined)

    spans = exported.get_finished_spans()
    [one] = [span for span in spans if span.name == "scrape example.com"]
    [many] = [span for span in spans if span.name == "scrape many"]
    of_one, of_many = _under(one, spans), _under(many, spans)
    assert ["POST", "GET", "GET"] == [span.name for span in of_one][:3]
    assert [None, "503", None] == [_attribute(span, "error.type") for span in of_one][:3]
    assert [None, None, 1] == [_attribute(span, "http.request.resend_count") for span in of_one][:3]
    assert "/v1/url-scraper" == _attribute(of_one[0], "url.path")
    assert [False, True, False] == [span.status.status_code is trace.StatusCode.ERROR for span in of_one][:3]
    assert all((span.start_time or 0) < (span.end_time or 0) for span in of_one)
    assert 3 == sum(span.name == "POST" for span in of_many)
    assert len(spans) == 2 + len(of_one) + len(of_many)


def _under(parent: ReadableSpan, spans: tuple[ReadableSpan, ...]) -> list[ReadableSpan]:
    return [span for span in spans if span.parent and span.parent.span_id == parent.context.span_id]


def _attribute(span: ReadableSpan, name: str) -> object:
    return (span.attributes or {}).get(name)


def test_every_exception_is_explained() -> None:
    """The page on errors has each exception of a package in its tree, and says what it means and what to do."""
    tree, table = (DOCS / "errors.md").read_text().split("## What each means")
    package = import_module("anakin_client")
    exceptions = [name for name in package.__all__ if _is_an(package.AnakinError, getattr(package, name))]

    assert len(exceptions) > 20
    for name in exceptions:
        assert re.search(rf"\b{name}\b", tree), name
        assert name in ("AnakinError", *_GROUPS) or re.search(rf"^\|.*`{name}`.*\|.*\|", table, re.MULTILINE), name


_GROUPS = ("TransportError", "StreamError", "JobError")
"""Classes that are there to be caught, and are never raised."""


def _is_an(wanted: type, thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, wanted)


@pytest.mark.parametrize(
    ("page", "name"),
    [("waiting", "Update"), ("many-jobs", "Outcome"), ("many-jobs", "Counts"), ("observing", "Exchange")],
)
def test_every_field_is_explained(page: str, name: str) -> None:
    """What a callback or a loop is handed is told of with all its fields."""
    text = (DOCS / f"{page}.md").read_text()
    for field in getattr(import_module("anakin_client"), name).__struct_fields__:
        assert field in ("value",) or re.search(rf"\b{field}\b", text), field


def test_what_may_pass_is_listed() -> None:
    """The page on waiting names just the HTTP statuses that a wait tries again."""
    [row] = re.findall(r"^\| a lost connection.*?\|", (DOCS / "waiting.md").read_text(), re.MULTILINE)

    assert import_module("bide_runtime.waiting.retry").TRANSIENT == {int(code) for code in re.findall(r"\d{3}", row)}


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link of a page to another page, or to a heading, leads to one that is there."""
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        assert not anchor or anchor in _anchors(linked), target


def _anchors(page: Path) -> set[str]:
    """The names that Markdown gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
