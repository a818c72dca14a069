"""Hasty: Anakin's page scraper with a limit of 10 requests per second, which its server enforces."""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bide.ir import Field, Kind, Parameter, Place, Provider, Rate, Scalar
from bide.lint.pipeline import read_spec
from bide.simulator import Simulator

SPECS = Path(__file__).parents[2] / "specs"
LIMIT = Rate(count=10, seconds=1.0)
SCENARIO = Parameter(
    field=Field(wire="X-Bide-Scenario", name="scenario", type=Scalar(Kind.STRING), description="What is to happen."),
    name="scenario",
    place=Place.HEADER,
)


def spec(name: str) -> Provider:
    """A provider of this repository."""
    return read_spec(f"{name}.yaml", (SPECS / f"{name}.yaml").read_text("utf-8"))


def hasty() -> Provider:
    provider = spec("anakin")
    (job,) = (job for job in provider.jobs if job.name == "url_scraper")
    lifecycle = replace(job.lifecycle, poll=replace(job.lifecycle.poll, rate_limit=LIMIT))
    submit = replace(job.submit, rate_limit=LIMIT, parameters=(*job.submit.parameters, SCENARIO))
    polling = replace(job.polling, interval=(1.0, 2.0), typical=(1.0, 3.0))
    job = replace(job, submit=submit, lifecycle=lifecycle, polling=polling)
    return replace(
        provider,
        name="hasty",
        title="Hasty",
        class_name="Hasty",
        jobs=(job,),
        lifecycles=(lifecycle,),
        operations=(),
        spec_file="hasty.yaml",
    )


def scenario(number: int) -> str:
    """The scenario of a job: 10 % fail, and 20 % of polls have a fault."""
    jitter = random.Random(number)
    faults = ["429:none", "429", "500", "502", "503", "504", "408", "cut_short", "lost", "web_page"]
    faults += ["slow:0.05", "unknown_status"]
    polls = [jitter.choice(faults) if jitter.random() < 0.2 else "ok" for _ in range(40)]
    outcome = "fail" if number % 10 == 0 else "succeed"
    return f"{outcome}; duration={jitter.uniform(1, 3):.1f}; poll={','.join(polls)}"


Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


class Turnstile:
    """Allows 10 requests per second of simulator time to each endpoint, and answers others with 429."""

    def __init__(self, app: App, *, speed: float, slack: float = 0.01) -> None:
        self._app = app
        self._window = LIMIT.seconds / speed - slack
        self._came: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=LIMIT.count))
        self.let_in: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if "_bide" in scope["path"]:
            return await self._app(scope, receive, send)
        name, now = scope["method"], time.monotonic()
        came = self._came[name]
        if len(came) == LIMIT.count and now - came[0] < self._window:
            self.refused[name] += 1
            body = json.dumps({"error": "rate_limited", "message": "Not so fast."}).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 429, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return None
        came.append(now)
        self.let_in[name] += 1
        return await self._app(scope, receive, send)


class HastySimulator(Simulator):
    """The simulator behind a turnstile."""

    def __init__(self, provider: Provider, *, speed: float) -> None:
        super().__init__(provider, speed=speed)
        self.turnstile = Turnstile(self._server.config.app, speed=speed)  # type: ignore[arg-type]  # it is an application
        self._server.config.app = self.turnstile
