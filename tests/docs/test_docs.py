"""The pages of the docs: their code runs with the printed output, and their links are valid."""

from __future__ import annotations

import http.client
import logging
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.docs.reader import REPOSITORY, Reader, blocks, checkout, reading
from tests.runtime.engines.server import CERTIFICATE, Peer, Received, Server, reply

DOCS = REPOSITORY / "docs"
PAGES = (
    "first-job",
    "provider-site",
    "waiting",
    "errors",
    "many-jobs",
    "observing",
    "transports",
    "testing",
    "simulator",
    "several-providers",
    "working-with-results",
    "ledger",
    "cli",
    "export",
    "mcp",
    "verify",
)
"""Pages with code that runs here. The others are run by `tests/emit/test_readme.py`, or have no code."""


MADE_UP = ("keys", "webhooks")
"""Pages that make a package of a spec on the page."""


ENGINES = ("celery", "procrastinate", "dbos", "restate")
"""Pages whose code is a file of `examples/engines`."""


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader with a checkout of this repository, and a company proxy with its own certificate."""
    for name in ("anakin", "scrapio"):
        monkeypatch.syspath_prepend(REPOSITORY / "generated" / name)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY / "generated" / "anakin"))
    checkout(tmp_path)
    shutil.copy(CERTIFICATE, tmp_path / "company.pem")
    look_up = socket.getaddrinfo

    def company_names(host: Any, *more: Any, **others: Any) -> Any:
        return look_up("127.0.0.1" if host == "proxy.example" else host, *more, **others)

    monkeypatch.setattr(socket, "getaddrinfo", company_names)
    with reading(tmp_path, monkeypatch) as reader, Server(_passed_on) as proxy:
        reader.installed += [REPOSITORY / "generated" / "anakin"]
        reader.ports["3128"] = str(urlsplit(proxy.url).port)
        yield reader


@contextmanager
def _plain_logging() -> Iterator[None]:
    """Logging without configuration, which pytest has."""
    root = logging.getLogger()
    before, root.handlers = root.handlers, []
    try:
        yield
    finally:
        root.handlers = before
        for name in ("anakin_client", "scrapio_client"):
            logging.getLogger(name).setLevel(logging.NOTSET)


def _passed_on(peer: Peer, request: Received) -> None:
    """A proxy for a request."""
    parts = urlsplit(request.target)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request(request.method, parts.path, request.body, dict(request.headers))
    answer = connection.getresponse()
    peer.send(reply(answer.read(), status=f"{answer.status} {answer.reason}"))
    connection.close()


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_a_page_runs(page: str, reader: Reader) -> None:
    """Each block runs, and prints the output of the page."""
    with _plain_logging():
        reader.read(DOCS / f"{page}.md")


@pytest.mark.parametrize("page", MADE_UP)
def test_a_page_with_a_made_up_provider(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its packages are made in a folder of their own."""
    monkeypatch.syspath_prepend(REPOSITORY / "generated" / "anakin")
    checkout(tmp_path, names=("pyproject.toml", "runtime", "specs"))
    with reading(tmp_path, monkeypatch) as reader:
        reader.read(DOCS / f"{page}.md")


def test_the_page_of_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, since it writes a spec."""
    with reading(tmp_path, monkeypatch) as reader:
        reader.read(DOCS / "import.md")


def test_no_page_is_left_out() -> None:
    """Each page with runnable code is tested; `make temporal`, `make airflow` and `make engines` run their own."""
    others = {"add-a-provider", "airflow", "checking", "temporal", *ENGINES}
    for page in DOCS.glob("*.md"):
        if any(block.language == "python" for block in blocks(page)):
            assert page.stem in {*PAGES, *MADE_UP, *others}, page.stem


@pytest.mark.parametrize("engine", ENGINES)
def test_a_page_has_the_code_that_is_run(engine: str) -> None:
    """The only code of the page is the example that `make engines` runs, and it compiles."""
    [block] = [each for each in blocks(DOCS / f"{engine}.md") if each.language == "python"]
    example = (REPOSITORY / "examples" / "engines" / f"{engine}_pages.py").read_text(encoding="utf-8")

    assert f"# {engine}_pages.py\n{example}" == block.code
    compile(example, block.file, "exec")


def test_the_opentelemetry_recipe(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request has a span: below the caller's, with its duration, marked as an error if it failed."""
    exported = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)

    with _plain_logging():
        reader.read(DOCS / "observing.md")

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


def test_every_exception_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page on errors has each exception of a package in its tree, with its meaning and advice."""
    tree, table = (DOCS / "errors.md").read_text().split("## What each means")
    monkeypatch.syspath_prepend(DOCS.parent / "generated" / "anakin")
    package = import_module("anakin_client")
    exceptions = [name for name in package.__all__ if _is_an(package.AnakinError, getattr(package, name))]

    assert len(exceptions) > 20
    for name in exceptions:
        assert re.search(rf"\b{name}\b", tree), name
        assert name in ("AnakinError", *_GROUPS) or re.search(rf"^\|.*`{name}`.*\|.*\|", table, re.MULTILINE), name


_GROUPS = ("TransportError", "StreamError", "JobError")
"""Base classes, which are never raised themselves."""


def _is_an(wanted: type, thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, wanted)


@pytest.mark.parametrize(
    ("page", "name"),
    [("waiting", "Update"), ("many-jobs", "Outcome"), ("many-jobs", "Counts"), ("observing", "Exchange")],
)
def test_every_field_is_explained(page: str, name: str) -> None:
    """The pages describe every field of the objects that callbacks and loops receive."""
    text = (DOCS / f"{page}.md").read_text()
    for field in getattr(import_module("bide_runtime"), name).__struct_fields__:
        assert field in ("value",) or re.search(rf"\b{field}\b", text), field


def test_transient_statuses_are_listed() -> None:
    """The page on waiting lists exactly the HTTP statuses that a wait retries."""
    [row] = re.findall(r"^\| a lost connection.*?\|", (DOCS / "waiting.md").read_text(), re.MULTILINE)

    assert {*import_module("bide_runtime.http.statuses").TRANSIENT} == {int(code) for code in re.findall(r"\d{3}", row)}


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_links_are_valid(page: Path) -> None:
    """Every link to another page or a heading exists."""
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        assert not anchor or anchor in _anchors(linked), target


def _anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
