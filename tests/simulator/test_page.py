"""The page of the simulator over HTTP: what it gets and asks, and who may. `make browser` clicks through it."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest

from bide.page.page import simulator_page, trace_page
from bide.simulator import Simulator
from bide.simulator.server.guard import refused
from bide.simulator.server.stage import Stage
from bide.simulator.world.world import World
from tests.simulator.simulated_acme import PROVIDER

ARGUMENTS = {"url": "https://b.example/"}


class Page:
    """What the page of a simulator can do."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.host = urlsplit(simulator.page).netloc

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        named = {"content-type": "application/json", **named} if method == "POST" else named
        connection.request(method, f"/_bide/{path}", None if body is None else json.dumps(body), named)
        reply = connection.getresponse()
        found = reply.status, reply.read().decode()
        connection.close()
        return found

    def post(self, path: str, body: Any) -> Any:
        status, text = self.ask("POST", path, body)
        assert status == 200, text
        return json.loads(text)

    def events(self) -> Iterator[tuple[str, Any]]:
        """The events of a new stream."""
        connection = http.client.HTTPConnection(self.host, timeout=10)
        connection.request("GET", "/_bide/events")
        reply = connection.getresponse()
        assert reply.headers.get_content_type() == "text/event-stream"
        try:
            while line := reply.readline().decode():
                if line.startswith("event: "):
                    yield line[7:].strip(), json.loads(reply.readline().decode().removeprefix("data: "))
        finally:
            connection.close()


@pytest.fixture
def page() -> Iterator[Page]:
    with Simulator(PROVIDER, speed=20) as running:
        yield Page(running)


def test_the_page_is_one_file(page: Page) -> None:
    """It asks for nothing but what the simulator says, and runs no script but its own."""
    status, text = page.ask("GET", "")

    assert status == 200
    assert not re.search(r"""(?:src|href)=["'](?!data:|scenarios\.yaml)""", text)
    assert "script-src 'sha256-" in text
    assert "://" not in text


class _Data(HTMLParser):
    """The text of the element with the id `data`."""

    text, is_inside, scripts = "", False, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_inside = ("id", "data") in attrs
        self.scripts += tag == "script"

    def handle_data(self, data: str) -> None:
        self.text += data if self.is_inside else ""


@pytest.mark.parametrize("write", [simulator_page, lambda title: trace_page(title, {"title": title})])
def test_no_text_leaves_its_place(write: Any) -> None:
    """A title with tags is text, in HTML and in a script."""
    title = "</script><script>alert(1)</script>{{DATA}}\u2028"
    parser = _Data()
    parser.feed(write(title))

    assert json.loads(parser.text)["title"] == title
    assert parser.scripts == 2


def test_what_happens_is_streamed(page: Page) -> None:
    """First what is known, then each request with its job, as it happens."""
    events = page.events()
    name, start = next(events)
    assert (name, start["lanes"]) == ("start", [])
    assert next(events) == ("orders", {"orders": []})

    page.post("submit", {"job": "picture", "arguments": ARGUMENTS})
    name, told = next(events)
    [entry] = told["entries"]
    assert (name, entry["role"], entry["status"]) == ("entries", "submit", 202)
    assert [lane["job"] for lane in entry["lanes"]] == ["picture"]
    events.close()  # type: ignore[attr-defined]

    again = page.events()
    assert [lane["id"] for lane in next(again)[1]["lanes"]] == entry["jobs"]
    again.close()  # type: ignore[attr-defined]


def test_exchanges_are_shown_as_they_were_sent(page: Page) -> None:
    """With headers and bodies, and the key masked."""
    page.post("submit", {"job": "picture", "arguments": ARGUMENTS})
    [job] = page.simulator.state()["jobs"]
    [entry] = json.loads(page.ask("GET", f"exchanges?job={job['id']}")[1])

    assert (entry["method"], entry["path"]) == ("POST", "/v2/shots")
    assert ["x-key", "***"] in entry["sent"]["headers"]
    assert json.loads(entry["sent"]["body"])["input"] == ARGUMENTS
    assert json.loads(entry["answered"]["body"])["ticket"] == job["id"]


def test_an_order_is_given_and_taken_back(page: Page) -> None:
    """The next job follows what was ordered, and the scenario file has it."""
    [first] = page.post("next", {"kind": "job", "name": "picture", "scenario": "stall"})
    page.post("next", {"scenario": "fail; duration=0"})
    page.post("next", {"drop": first["number"]})
    page.post("submit", {"job": "picture", "arguments": ARGUMENTS})

    assert [job["state"] for job in page.simulator.state()["jobs"]] == ["failed"]
    _, text = page.ask("GET", "scenarios.yaml")
    with Simulator(PROVIDER, scenarios=text) as again:
        Page(again).post("submit", {"job": "picture", "arguments": ARGUMENTS})
        assert [job["state"] for job in again.state()["jobs"]] == ["failed"]


def test_speed_and_forgetting(page: Page) -> None:
    """Time goes on at the new speed from where it was; after forgetting there is no job, and pages begin again."""
    page.post("submit", {"job": "picture", "arguments": ARGUMENTS, "scenario": "duration=3000"})
    events = page.events()
    before = next(events)[1]["now"]
    page.post("speed", {"speed": 10000})
    after = next(data for name, data in events if name == "start")
    assert after["speed"] == 10000
    assert before <= after["now"] < before + 5000

    page.post("forget", {})
    assert next(data for name, data in events if name == "start")["lanes"] == []
    assert page.simulator.state()["jobs"] == []
    assert page.simulator.state()["requests"] == 0
    events.close()  # type: ignore[attr-defined]


def test_time_goes_on_at_another_speed() -> None:
    """It neither jumps nor goes back, when the speed changes and when all is forgotten."""
    clock = [100.0]
    stage = Stage(PROVIDER, lambda speed: World(PROVIDER, speed=speed), speed=10, clock=lambda: clock[0])
    clock[0] = 103.0
    stage.set_speed(2)
    assert stage.now() == 30
    clock[0] = 104.0
    stage.forget()
    assert stage.now() == 32


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("speed", {"speed": 0}, "speed is 0"),
        ("speed", {"speed": True}, "speed is True"),
        ("next", {"scenario": "fial"}, "did you mean 'fail'"),
        ("next", {"name": "nix", "scenario": "fail"}, "there is no job 'nix'"),
        ("next", [], "[] is not an object"),
        ("disturb", {"job": "nix", "fault": "429"}, "there is no job 'nix'"),
        (
            "disturb",
            {"job": "nix", "request": "duration", "fault": "3"},
            "request is 'duration', expected one of submit",
        ),
        ("next", {"drop": None}, "drop is None, expected the number of an order"),
        ("submit", {"job": "nix", "arguments": {}}, "there is no job 'nix'"),
    ],
)
def test_what_cannot_be_done_is_said(page: Page, path: str, body: Any, message: str) -> None:
    """With 400 and a message."""
    status, text = page.ask("POST", path, body)

    assert status == 400
    assert message in json.loads(text)["error"]


def test_wrong_arguments_are_refused_as_by_the_provider(page: Page) -> None:
    """The form shows the provider's own answer."""
    answer = page.post("submit", {"job": "picture", "arguments": {"url": "ftp://b.example/"}})

    assert answer["status"] == 400
    assert "url" in answer["body"]


LOCAL = {"host": "127.0.0.1:8700"}
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "headers", "is_refused"),
    [
        ("GET", LOCAL, False),
        ("GET", {"host": "localhost:1", "sec-fetch-site": "none"}, False),
        ("GET", {"host": "[::1]:8700", "origin": "http://[::1]:8700"}, False),
        ("POST", LOCAL | JSON | {"origin": "http://127.0.0.1:8700", "sec-fetch-site": "same-origin"}, False),
        ("POST", LOCAL | JSON | {"origin": "https://evil.example"}, True),
        ("POST", LOCAL | JSON | {"origin": "null"}, True),
        ("POST", LOCAL | JSON | {"origin": "http://127.0.0.1:9000"}, True),
        ("POST", LOCAL | JSON | {"sec-fetch-site": "same-site"}, True),
        ("POST", LOCAL | {"content-type": "text/plain"}, True),
        ("POST", LOCAL, True),
        ("GET", {"host": "evil.example:8700"}, True),
        ("GET", {"host": "127.0.0.1.evil.example"}, True),
        ("GET", {"host": "["}, True),
        ("GET", {}, True),
        ("GET", LOCAL | {"sec-fetch-site": "cross-site"}, True),
        ("GET", LOCAL | {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"}, False),
        ("GET", LOCAL | {"sec-fetch-site": "cross-site", "sec-fetch-dest": "iframe"}, True),
        ("POST", LOCAL | JSON | {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"}, True),
    ],
)
def test_only_the_page_itself_may_ask(method: str, headers: dict[str, str], is_refused: bool) -> None:
    """A page of another website is refused, also by a name that leads to this machine."""
    assert bool(refused(method, headers)) is is_refused


@pytest.mark.parametrize("path", ["", "events", "exchanges?of=a", "scenarios.yaml"])
def test_no_other_website_reads(page: Page, path: str) -> None:
    """Each address checks who asks."""
    assert page.ask("GET", path, host="evil.example")[0] == 403


@pytest.mark.parametrize("path", ["submit", "next", "disturb", "speed", "forget"])
def test_no_other_website_writes(page: Page, path: str) -> None:
    """Each address checks who asks."""
    assert page.ask("POST", path, {}, origin="https://evil.example")[0] == 403


def test_a_submit_of_the_page_is_logged_too() -> None:
    """As any other request."""
    heard: list[str] = []
    with Simulator(PROVIDER, on_entry=lambda entry: heard.append(entry.path)) as running:
        Page(running).post("submit", {"job": "picture", "arguments": ARGUMENTS})
    assert heard == ["/v2/shots"]


def test_a_stop_ends_the_stream() -> None:
    """An open page does not keep the simulator alive."""
    with Simulator(PROVIDER) as running:
        events = Page(running).events()
        next(events)
    assert not running._thread.is_alive()
    events.close()  # type: ignore[attr-defined]
