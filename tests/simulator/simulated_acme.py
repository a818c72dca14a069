"""A made-up provider with a job of each kind, and an interface to its simulated world."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bide.lint.pipeline import read_spec
from bide.simulator.life.answer import Answer, Asked
from bide.simulator.life.script import Script
from bide.simulator.world.world import World

SPEC = """\
bide: 1
name: acme
title: Acme
class: Acme
description: Does things that take a while.
docs: https://acme.example/docs
base_url: https://api.acme.example/v2
auth: {header: X-Key, env: ACME_API_KEY}
headers: {X-Version: "7"}
request_id: {header: X-Request-Id}
sources:
  docs: {title: Docs, url: "https://acme.example/docs"}
errors:
  - {name: nested, code: error.code, message: error.message, description: The usual one., source: docs}
  - {name: flat, code: error, message: message, description: The old one., source: docs}

enums:
  Status:
    description: Where a job is.
    source: docs
    values:
      {queued: Waits., working: Runs., stopping: Ends soon., done: Good., half: Partly good., broken: Bad., off: Off.}

models:
  Shot:
    description: What to take a picture of.
    source: docs
    fields:
      url: {type: string, pattern: "^https?://", description: The page., source: docs}
      country?: {type: string, default: us, description: Where from., source: docs}
      zoom?: {type: number, min: 1, max: 4, description: How close., source: docs}
      tags?: {type: list of string, max_items: 2, description: For you., source: docs}
  Accepted:
    description: A job that begins.
    source: docs
    fields:
      ticket: {type: string, description: The id., source: docs}
      status: {type: Status, description: Where it is., source: docs}
      watch?: {type: string, description: Where to look., source: docs}
    examples:
      - source: docs
        title: Accepted
        json: '{"ticket": "shot-123456", "status": "queued", "watch": "/v2/shots/shot-123456"}'
  Cancelled:
    description: A job that was cancelled.
    source: docs
    fields:
      id: {type: string, description: The id., source: docs}
      status: {type: Status, description: Where it is., source: docs}
  Work:
    description: How far a job is.
    source: docs
    fields:
      done: {type: integer, description: Steps., source: docs}
      of: {type: integer, description: All steps., source: docs}
      step?: {type: string, description: This step., source: docs}
  Trouble:
    description: What went wrong.
    source: docs
    fields:
      code: {type: string, description: For programs., source: docs}
      text: {type: string, description: For people., source: docs}
  ShotJob:
    description: A picture that is being taken.
    source: docs
    fields:
      id: {type: string, description: The id., source: docs}
      type: {type: string, description: The kind of job., source: docs}
      status: {type: Status, description: Where it is., source: docs}
      url: {type: string, description: The page., source: docs}
      country?: {type: string, description: Where from., source: docs}
      ready: {type: boolean, description: Whether the picture is there., source: docs}
      work?: {type: Work, description: How far it is., source: docs}
      error?: {type: Trouble, when: failed, description: What went wrong., source: docs}
      wait_ms?: {type: integer, description: When to ask again., source: docs}
      cost?: {type: number, when: [succeeded, partial, failed], description: What it took., source: docs}
      created_at: {type: datetime, description: When it came., source: docs}
      started_at: {type: datetime or null, description: When it began., source: docs}
      finished_at?:
        type: datetime
        when: [succeeded, partial, failed, cancelled]
        description: When it ended.
        source: docs
    examples:
      - source: docs
        title: Failed
        json: >-
          {"id": "shot-123456", "type": "picture", "status": "broken", "url": "https://a.example/", "ready": false,
          "error": {"code": "TOO_DARK", "text": "It was night."}, "cost": 0, "created_at": "2026-02-01T00:00:00Z",
          "started_at": "2026-02-01T00:00:01Z", "finished_at": "2026-02-01T00:00:02Z"}
  Picture:
    description: A picture.
    source: docs
    fields:
      id: {type: string, description: The id., source: docs}
      status: {type: Status, description: How it ended., source: docs}
      image: {type: string, description: Where it is., source: docs}
    examples:
      - {source: docs, title: Picture, json: '{"id": "shot-123456", "status": "done", "image": "https://a.example/1.png"}'}
  BatchOrder:
    description: Pages to check.
    source: docs
    fields:
      urls: {type: list of string, min_items: 1, max_items: 5, description: The pages., source: docs}
  Check:
    description: How one page was checked.
    source: docs
    fields:
      index: {type: integer, description: Which one., source: docs}
      url: {type: string, description: The page., source: docs}
      status: {type: string, description: How it ended., source: docs}
      score?: {type: number, description: How good it is., source: docs}
      error?: {type: string or null, description: What went wrong., source: docs}
  BatchJob:
    description: Pages that are being checked.
    source: docs
    fields:
      batch: {type: string, description: The id., source: docs}
      status: {type: string, description: Where it is., source: docs}
      share?: {type: number, description: How far it is., source: docs}
      checks?: {type: list of Check, when: succeeded, description: The checks., source: docs}
      error: {type: string or null, description: What went wrong., source: docs}
      duration_ms: {type: integer or null, description: How long it took., source: docs}
    examples:
      - source: docs
        title: Done
        json: >-
          {"batch": "b-1234567", "status": "DONE", "checks": [
          {"index": 0, "url": "https://a.example/", "status": "good", "score": 3.5},
          {"index": 1, "url": "https://b.example/", "status": "bad", "error": "It is not there."}],
          "error": null, "duration_ms": 5000}
  Batch:
    description: Pages that were checked.
    is: BatchJob
    when: succeeded
  BatchAccepted:
    description: A batch that begins.
    source: docs
    fields:
      batch: {type: string, description: The id., source: docs}
  Report:
    description: What was found.
    source: docs
    fields:
      text: {type: string, description: The words., source: docs}
      finishedAt: {type: datetime, description: When it was found., source: docs}
  ReportJob:
    description: A report that is being written.
    source: docs
    fields:
      id: {type: string, description: The id., source: docs}
      state: {type: string, description: Where it is., source: docs}
      report: {type: Report or null, when: succeeded, description: The report., source: docs}
      percent: {type: integer or null, description: How far it is., source: docs}
  Words:
    description: Words to look for.
    source: docs
    fields:
      words: {type: string, min_length: 2, max_length: 10, description: The words., source: docs}
  Found:
    description: What was found.
    source: docs
    fields:
      words: {type: string, description: The words., source: docs}
      hits: {type: list of string, description: Where., source: docs}
  Said:
    description: Something that was said.
    source: docs
    fields:
      text: {type: string, description: The words., source: docs}
  Begun:
    description: The report begins.
    source: docs
    fields:
      at: {type: datetime, description: When., source: docs}
  Failed:
    description: What went wrong.
    source: docs
    fields:
      reason: {type: string, description: Why., source: docs}

operations:
  find:
    description: Look for words.
    source: docs
    get: "/find/{place}"
    path: {place: {type: string, description: Where., source: docs}}
    query:
      words: {type: string, description: The words., source: docs}
      limit?: {type: integer, min: 1, max: 9, description: How many., source: docs}
    returns: Found
  find_now:
    description: Look for words, at once or later.
    source: docs
    post: /find
    body: Words
    returns: {200: Found, 202: {job: report, job_id: id}}
  listen:
    description: Listen to a report.
    source: docs
    post: /listen
    body: Words
    stream:
      events: {begin: Begun, line: Said, failed: Failed, end: Found}
      last: end
      error: {event: failed, message: reason}

jobs:
  picture:
    description: Take a picture.
    source: docs
    submit:
      post: /shots
      body: {kind: {const: picture}, input: {flatten: Shot}}
      returns: Accepted
      job_id: ticket
      idempotency_key: Idempotency-Key
    lifecycle: shot
    snapshot: ShotJob
    result: Picture
  film:
    description: Take a film.
    source: docs
    submit:
      post: /shots
      body: {kind: {const: film}, input: {flatten: Shot}}
      returns: Accepted
      job_id: ticket
    lifecycle: shot
    snapshot: ShotJob
    result: Picture
  batch:
    description: Check pages.
    source: docs
    submit: {post: /batches, body: BatchOrder, returns: BatchAccepted, job_id: batch}
    lifecycle: batch
    snapshot: BatchJob
    result: Batch
    items: {list: checks, status: status, failed: [bad], error: error}
  report:
    description: Write a report.
    source: docs
    submit: {post: /reports, body: Words, returns: ReportJob, job_id: id}
    lifecycle: report
    snapshot: ReportJob
    result: Report

lifecycles:
  shot:
    source: docs
    poll: {get: "/shots/{job_id}", accepts: [200, 202]}
    status: status
    states:
      queued: pending
      working: running
      stopping: running
      done: succeeded
      half: partial
      broken: failed
      off: cancelled
    transitions: {queued: [working, off], working: [stopping, done, half, broken], stopping: [off]}
    ready: {ready: true}
    result: {get: "/shots/{job_id}/picture", not_ready: [425], gone: [410], retention: 1h}
    cancel: {post: "/shots/{job_id}/cancel", returns: Cancelled}
    error: {code: error.code, message: error.text}
    progress: {done: work.done, total: work.of, message: work.step}
    retry_after: {milliseconds: wait_ms}
    credits: cost
    polling: {interval: 2s..5s, min_interval: 1s, typical: 10s..20s, timeout: 5m}
  batch:
    source: docs
    poll: {get: "/batches/{job_id}"}
    status: status
    states: {NEW: pending, BUSY: running, DONE: succeeded, BAD: failed}
    error: {message: error}
    progress: {share: share}
    polling: {interval: 2s, timeout: 5m}
  report:
    source: docs
    poll: {get: "/reports/{job_id}"}
    status: state
    states: {waiting: pending, writing: running, written: succeeded, lost: failed}
    result: {field: report}
    progress: {percent: percent}
    polling: {interval: 2s, timeout: 5m}
"""

PROVIDER = read_spec("acme.yaml", SPEC)

PICTURE = {"kind": "picture", "input": {"url": "https://b.example/"}}


@dataclass
class Acme:
    """A world and its time. Requests have the key unless they bring headers of their own."""

    world: World
    now: float = 0.0
    headers: dict[str, str] = field(default_factory=lambda: {"x-key": "k", "x-version": "7"})

    @classmethod
    def new(cls, *, scenarios: str = "", **options: Any) -> Acme:
        return cls(World(PROVIDER, script=Script.load(scenarios), **options))

    def ask(self, method: str, path: str, body: Any = None, *, query: str = "", **headers: str) -> Answer:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        pairs = tuple((name, value) for name, _, value in (part.partition("=") for part in query.split("&") if part))
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = Asked(method=method, path="/v2" + path, query=pairs, headers={**self.headers, **named}, body=content)
        return self.world.handle(asked, self.now)

    def submit(self, path: str = "/shots", body: Any = None, scenario: str = "", **headers: str) -> str:
        """Submit a picture, or another job; returns its id."""
        if scenario:
            headers["x_bide_scenario"] = scenario
        answer = self.ask("POST", path, PICTURE if body is None else body, **headers)
        assert answer.status == 202, answer.body
        reply = decoded(answer)
        return str(reply.get("ticket") or reply.get("batch") or reply.get("id"))

    def at(self, now: float, path: str, method: str = "GET") -> tuple[int, Any]:
        """The reply to a request at this time."""
        self.now = now
        answer = self.ask(method, path)
        return answer.status, decoded(answer)

    def report(self) -> dict[str, Any]:
        """The world's report of its only job."""
        (job,) = self.world.report(self.now)["jobs"]
        return dict(job)


def decoded(answer: Answer) -> Any:
    return json.loads(answer.body)


def message(reply: Any) -> str:
    """The message of an error reply."""
    return str(reply["error"]["message"])
