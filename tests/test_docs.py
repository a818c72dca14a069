"""The pages of the docs: their code runs and prints what they say, and their links lead somewhere."""

from __future__ import annotations

import http.client
import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bide.pipeline import read_spec
from bide.simulator import Simulator
from docs_runner import blocks, difference, run
from msgspec.structs import replace
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from transport_server import CERTIFICATE, Peer, Received, Server, reply

REPOSITORY = Path(__file__).parents[1]
DOCS = REPOSITORY / "docs"
PAGES = ("waiting", "errors", "many-jobs", "observing", "transports", "decisions")

PROVIDERS = {"anakin": "Anakin", "scrapio": "Scrapio"}
"""The packages that the pages use, and the names of their clients."""

SPEED = 50.0
"""How fast time passes, for the simulators and for every client that is given no clock."""


class Providers:
    """The clients of the generated packages, led to simulators. A page that says `Anakin()` gets one of these."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, simulators: Mapping[str, Simulator]) -> None:
        self._headers: list[dict[str, str]] = []
        for name, simulator in simulators.items():
            monkeypatch.syspath_prepend(REPOSITORY / "generated" / name)
            package = import_module(f"{name}_client")
            provider = import_module(f"{name}_client._provider").PROVIDER
            headers = dict(provider.headers)
            self._headers.append(headers)
            monkeypatch.setenv(provider.env, "sk-test")
            for prefix, driver in ("", "client"), ("Async", "async_client"):
                client = getattr(package, prefix + PROVIDERS[name])
                monkeypatch.setattr(client, "_provider", replace(provider, base_url=simulator.url, headers=headers))
                module = import_module(f"{name}_client._runtime.{driver}")
                clock = getattr(package, f"{prefix}SystemClock")
                monkeypatch.setattr(module, f"{prefix}SystemClock", partial(clock, SPEED))

    def follow(self, scenario: str | None) -> None:
        """Let this happen to the jobs that are submitted from now on."""
        for headers in self._headers:
            headers.pop("x-bide-scenario", None)
            if scenario is not None:
                headers["x-bide-scenario"] = scenario


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """What the pages talk to."""

    def simulator(name: str) -> Simulator:
        spec = REPOSITORY / "specs" / f"{name}.yaml"
        return Simulator(read_spec(spec.name, spec.read_text()), speed=SPEED)

    with simulator("anakin") as anakin, simulator("scrapio") as scrapio:
        yield Providers(monkeypatch, {"anakin": anakin, "scrapio": scrapio})


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
    for block in blocks(DOCS / f"{page}.md"):
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
    [submit, poll, *_] = of_one = _under(one, spans)
    assert ["POST", "GET", "GET"] == [span.name for span in of_one][:3]
    assert 503 == poll.attributes["http.response.status_code"]
    assert ["OK" if span is not poll else "ERROR" for span in of_one] == [
        "ERROR" if span.status.status_code is trace.StatusCode.ERROR else "OK" for span in of_one
    ]
    assert 3 == sum(span.name == "POST" for span in _under(many, spans))
    assert all(0 < span.end_time - span.start_time for span in of_one)
    assert "/v1/url-scraper" == submit.attributes["url.path"]
    assert len(spans) == 2 + len(of_one) + len(_under(many, spans))


def _under(parent: ReadableSpan, spans: tuple[ReadableSpan, ...]) -> list[ReadableSpan]:
    return [span for span in spans if span.parent and span.parent.span_id == parent.context.span_id]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Every link of a page to another page, or to a heading, leads to one that is there."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", (DOCS / f"{page}.md").read_text()):
        path, _, anchor = target.partition("#")
        linked = DOCS / path if path else DOCS / f"{page}.md"
        assert linked.exists(), target
        assert not anchor or anchor in _anchors(linked), target


def _anchors(page: Path) -> set[str]:
    """The names that Markdown gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
