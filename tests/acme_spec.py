"""A small spec that uses most keys, and functions to break it."""

from __future__ import annotations

from bide import lint
from bide.spec import document as source
from bide.spec.diagnostics import Diagnostic
from bide.spec.shape import schema

FILE = "specs/acme.yaml"

TEXT = """\
# yaml-language-server: $schema=../generator/bide/spec/shape/spec.schema.json
bide: 1
name: acme
title: Acme
class: Acme
description: Fetches pages.
docs: https://acme.example/docs
base_url: https://api.acme.example/v1
auth: {header: X-API-Key, env: ACME_API_KEY}
headers: {X-Api-Version: "2"}
request_id: {header: X-Request-Id}
hosts: [files.acme.example]
sources:
  polling: {title: "Polling Jobs", url: "https://acme.example/docs"}
errors:
  - {name: nested, code: error.code, message: error.message}
  - {name: flat, code: error, message: message}
enums:
  JobStatus:
    description: Where a job is.
    values:
      queued: It waits.
      running: It runs.
      completed: It is done.
      partial: Some of it is done.
      failed: It has failed.
      cancelled: It was cancelled.
models:
  SubmitReply:
    fields: {job_id: string, status: JobStatus}
  FetchInput:
    description: What to fetch.
    fields:
      url: {type: string, description: The address., max_length: 2000}
      maxPages?: {type: integer, default: 10, min: 1, max: 500}
      timeout?: number
      formats?: {type: list of string, min_items: 1}
  Webhook:
    fields: {url: string, secret?: {type: string, secret: true}}
  FetchJob:
    description: A job as a poll reports it.
    source: polling
    fields:
      id: string
      status: JobStatus
      result_available: boolean
      progress?: Progress
      error?: ErrorInfo
      retry_after_ms?: integer
      credits_used?: number
      links?: {type: list of string, when: [succeeded, partial]}
    examples:
      - title: Response, completed
        json: |
          {"id": "m1", "status": "completed", "result_available": true, "links": [], "extra": 1}
  DoneJob:
    is: FetchJob
    when: succeeded
  Progress:
    fields: {completed: integer, total: integer or null, step?: string}
  ErrorInfo:
    fields: {code: string, message: string}
  Item:
    fields: {url: string, status: string, error?: string}
  FetchResult:
    fields: {results: list of Item, action?: Action, meta: map of any}
  Click:
    fields: {selector: string}
  Write:
    fields: {text: string}
  CancelReply:
    fields: {ok: boolean}
  SearchRequest:
    fields: {prompt: string, limit?: integer}
  SearchReply:
    fields: {hits: list of string}
  ProgressEvent:
    fields: {message: string}
  CompleteEvent:
    fields: {result: FetchResult}
  ErrorEvent:
    fields: {message: string}
unions:
  Action:
    discriminator: type
    variants: {click: Click, write: Write}
operations:
  search:
    description: Search the web.
    source: polling
    post: /search
    body: SearchRequest
    returns: SearchReply
    idempotent: true
    timeout: 90s
    rate_limit: 60/min
    examples:
      - {title: Request, json: '{"prompt": "x"}'}
  monitor:
    get: "/monitors/{id}"
    path: {id: string}
    query: {limit?: integer, kind: {const: x}}
    headers: {X-Trace?: string}
    returns: {200: SearchReply, 202: {job: fetch, job_id: job_id}, 203: DoneJob}
    idempotent: false
  watch:
    post: /watch
    body: SearchRequest
    stream:
      events: {error: ErrorEvent, progress: ProgressEvent, complete: CompleteEvent}
      last: complete
      error: {event: error, message: message}
jobs:
  fetch:
    description: Fetch one page.
    submit:
      post: /jobs
      body:
        kind: {const: fetch}
        input: {flatten: FetchInput}
        webhook?: Webhook
      returns: SubmitReply
      job_id: job_id
      idempotency_key: Idempotency-Key
    lifecycle: job
    snapshot: FetchJob
    result: FetchResult
    polling: {interval: 15s..30s}
    items: {list: results, status: status, failed: [failed], error: error}
lifecycles:
  job:
    poll: {get: "/jobs/{job_id}", accepts: [200, 202], rate_limit: 60/min}
    status: status
    states:
      queued: pending
      running: running
      completed: succeeded
      partial: partial
      failed: failed
      cancelled: cancelled
    transitions:
      queued: [running, cancelled]
      running: [completed, partial, failed, cancelled]
    ready: {result_available: true}
    result: {get: "/jobs/{job_id}/result", not_ready: [409], gone: [404, 410], retention: 24h}
    cancel: {post: "/jobs/{job_id}/cancel", returns: CancelReply}
    error: {code: error.code, message: error.message}
    progress: {done: progress.completed, total: progress.total, message: progress.step}
    retry_after: {milliseconds: retry_after_ms}
    credits: credits_used
    polling:
      interval: 2s..5s
      min_interval: 1s
      typical: 3s..15s
      timeout: 5m
      not_found_grace: 10s
"""


def changed(*replacements: tuple[str, str]) -> str:
    """The spec with each old text, which must occur once, replaced by the new one."""
    text = TEXT
    for old, new in replacements:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def linted(text: str) -> list[Diagnostic]:
    """The findings of the rules for a spec of valid shape."""
    document = source.read(FILE, text)
    assert schema.check(document) == []
    return lint.check(document)


def said(diagnostic: Diagnostic) -> str:
    """A diagnostic on one line, without its file."""
    place = diagnostic.place
    help_ = f" ({diagnostic.help})" if diagnostic.help else ""
    return f"{place.line}:{place.column} {diagnostic.code}: {diagnostic.message}{help_}"
