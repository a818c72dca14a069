"""The page of the simulator, clicked through in a browser, beside a real client."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bide.ir import Provider
from bide.simulator import Simulator
from tests.browser.conftest import REPOSITORY

URL = "https://example.com/page"


@pytest.fixture
def simulator(anakin: Provider) -> Iterator[Simulator]:
    with Simulator(anakin, speed=10) as running:
        yield running


def lanes(page: Any, state: str) -> Any:
    return page.locator(f'.lane[data-state="{state}"]')


def submit(page: Any, url: str = URL) -> None:
    """Fill in the form of the first kind, and send it."""
    if page.locator("#submit-panel").get_attribute("open") is None:
        page.locator("#submit-panel summary").click()
    page.locator("#submit-form [name=url]").fill(url)
    page.locator("#submit-form button").click()
    page.get_by_text("202", exact=False).first.wait_for()


@contextmanager
def serving(scenarios: Path) -> Iterator[str]:
    """`bide serve --scenarios`; its base URL."""
    command = [sys.executable, "-m", "bide", "serve", "specs/anakin.yaml", "--port", "0", "--speed", "10"]
    with subprocess.Popen(
        [*command, "--scenarios", str(scenarios)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
        process.send_signal(signal.SIGINT)


def test_a_job_from_the_form_to_a_scenario_that_is_replayed(
    page: Any, simulator: Simulator, client_class: Any, tmp_path: Path
) -> None:
    """Submit by form and see it run; make the next job fail, and see the client's error; save that and replay it."""
    page.goto(simulator.page)
    submit(page)
    lanes(page, "succeeded").wait_for()

    page.get_by_role("button", name="Fail", exact=True).click()
    page.locator("#orders li").wait_for()
    clock = client_class.SystemClock(10)
    client = client_class.Anakin(api_key="sk-very-secret", base_url=simulator.url, clock=clock)
    with client, pytest.raises(client_class.JobFailed, match="told to fail"):
        client.url_scraper.run(url=URL)
    lanes(page, "failed").wait_for()
    assert page.locator("#orders li").count() == 0

    lanes(page, "failed").click()
    page.locator(".exchange summary").first.click()
    shown = page.locator("#exchanges").inner_text()
    assert "x-api-key: ***" in shown
    assert "sk-very-secret" not in page.content()
    page.get_by_role("button", name="Close").click()

    with page.expect_download() as download:
        page.locator("#save").click()
    saved = tmp_path / "scenarios.yaml"
    download.value.save_as(saved)
    assert "nth: 2" in saved.read_text()
    with serving(saved) as url, client_class.Anakin(api_key="any", base_url=url, clock=clock) as client:
        assert client.url_scraper.run(url=URL).status == "completed"
        with pytest.raises(client_class.JobFailed):
            client.url_scraper.run(url=URL)

    page.locator("#forget").click()
    page.get_by_text("0 jobs").wait_for()


def test_faults_by_a_click(page: Any, simulator: Simulator, client_class: Any) -> None:
    """A 429, a dropped reply and a stalled job are seen by the client, and in its lane."""
    page.goto(simulator.page)
    page.get_by_role("button", name="429 to a poll").click()
    page.get_by_role("button", name="Drop a poll's reply").click()
    page.get_by_role("button", name="Stall").click()
    page.locator("#orders li").nth(2).wait_for()
    clock = client_class.SystemClock(10)
    with client_class.Anakin(api_key="any", base_url=simulator.url, clock=clock) as client:
        client.url_scraper.run(url=URL)
        client.url_scraper.run(url=URL)
        with pytest.raises(client_class.JobTimeout):
            client.url_scraper.run(url=URL, timeout=20)
    assert page.locator(".lane", has_text="1 bad").count() == 2
    assert lanes(page, "running").count() == 1


def test_a_running_job_gets_a_fault(page: Any, simulator: Simulator) -> None:
    """A click in the details of a job spoils its next poll, which is written down too."""
    page.goto(simulator.page)
    submit(page)
    page.locator(".lane").first.click()
    page.get_by_role("button", name="Answer its next poll with 429").click()
    page.locator("#details").wait_for(state="hidden")

    with urllib.request.urlopen(simulator.page + "scenarios.yaml") as reply:
        assert "succeed; poll=429" in reply.read().decode()


def test_by_keyboard_only(page: Any, simulator: Simulator) -> None:
    """Tab, arrows, Enter and Escape are enough to order, to submit, to open a job and to go back."""
    page.goto(simulator.page)
    page.locator("#next-buttons button").first.wait_for()

    def tab_to(selector: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({json.dumps(selector)})"):
                return
        raise AssertionError(f"Tab does not reach {selector}")

    tab_to('[data-scenario="fail"]')
    page.keyboard.press("Enter")
    page.locator("#orders li").wait_for()
    tab_to("#submit-panel summary")
    page.keyboard.press("Enter")
    tab_to("#submit-form [name=url]")
    page.keyboard.press("Enter")
    lanes(page, "failed").wait_for()
    tab_to("#lanes")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#exchanges .exchange").first.wait_for()
    page.keyboard.press("Escape")
    page.locator("#details").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.id") == "lanes"


def test_on_a_phone_in_the_dark(page: Any, simulator: Simulator) -> None:
    """At 390 pixels nothing is wider than the screen, and the ground is dark if the phone is."""
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    page.goto(simulator.page)
    submit(page)
    page.locator(".lane").first.scroll_into_view_if_needed()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 17, 23)"
    page.locator(".lane").first.click()
    page.locator("#exchanges .exchange").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_thousand_jobs(page: Any, simulator: Simulator) -> None:
    """Only what is seen is drawn, and the first of a thousand jobs is two keys away."""
    page.goto(simulator.page)
    for number in range(1000):
        body = json.dumps({"job": "url_scraper", "arguments": {"url": f"{URL}/{number}"}}).encode()
        request = urllib.request.Request(simulator.page + "submit", body, {"content-type": "application/json"})
        urllib.request.urlopen(request).close()
    page.get_by_text("1000 jobs").wait_for()

    assert page.locator(".lane").count() < 40
    page.locator("#lanes").focus()
    began = time.monotonic()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.get_by_text("POST /v1/url-scraper").first.wait_for()
    assert time.monotonic() - began < 3
    page.keyboard.press("Escape")
    page.locator("#filter").fill("no such job")
    page.wait_for_function("document.querySelectorAll('.lane').length === 0")
    frames = """async () => { let most = 0, last = performance.now();
        for (let n = 0; n < 60; n += 1) { await new Promise(requestAnimationFrame);
            const now = performance.now(); most = Math.max(most, now - last); last = now; } return most; }"""
    page.locator("#filter").fill("")
    assert page.evaluate(frames) < 1000


def test_text_of_a_client_is_no_html(page: Any, simulator: Simulator) -> None:
    """What a client sends is shown as text."""
    page.goto(simulator.page)
    submit(page, "https://example.com/<img src=x onerror=document.title=1>")
    page.locator(".lane").first.click()
    page.locator(".exchange summary").first.click()
    page.get_by_text("onerror=document.title").first.wait_for()

    assert page.locator("#exchanges img").count() == 0
    assert page.title() == "Anakin, simulated"


def test_the_page_of_a_trace(page: Any, simulator: Simulator, client_class: Any, tmp_path: Path) -> None:
    """`bide trace` writes a page with the same lanes, which works from a file."""
    file, out = tmp_path / "run.jsonl", tmp_path / "run.html"
    clock = client_class.SystemClock(10)
    with client_class.Anakin(api_key="any", base_url=simulator.url, clock=clock, trace=file) as client:
        client.url_scraper.run(url=URL)
    subprocess.run([sys.executable, "-m", "bide", "trace", str(file), "--out", str(out)], check=True, timeout=60)

    page.goto(out.as_uri())
    lanes(page, "succeeded").click()
    page.locator("#exchanges").get_by_text("submit").first.wait_for()
    assert page.locator("#summary dt").count() >= 5


@pytest.mark.skipif(not os.environ.get("BIDE_PICTURE"), reason="make browser PICTURE=docs/simulator.png")
def test_take_the_picture(page: Any, anakin: Provider, client_class: Any) -> None:
    """The picture in the README: a batch, in the middle of it."""
    script = "\n".join(
        [
            "- match: {nth: 3}\n  scenario: fail; poll=ok,502",
            "- match: {nth: 5}\n  scenario: submit=429:3",
            "- match: {nth: 6}\n  scenario: poll=429:4",
            "- match: {share: 0.4}\n  scenario: poll=ok,503:3",
        ]
    )
    with Simulator(anakin, speed=4, scenarios=script) as simulator:
        page.set_viewport_size({"width": 1180, "height": 760})
        page.goto(simulator.page)
        clock = client_class.SystemClock(4)

        def work() -> None:
            with client_class.Anakin(api_key="any", base_url=simulator.url, clock=clock) as client:
                inputs = [{"url": f"{URL}/{number}"} for number in range(12)]
                list(client.url_scraper.run_many(inputs, max_in_flight=5))

        thread = threading.Thread(target=work)
        thread.start()
        page.wait_for_timeout(5500)
        page.get_by_role("button", name="Stall").click()
        page.locator("#orders li").wait_for()
        page.screenshot(path=REPOSITORY / os.environ["BIDE_PICTURE"])
        thread.join()
