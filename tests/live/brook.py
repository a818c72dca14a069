"""Brook, a made-up provider with jobs of a few milliseconds, and packages made during tests."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

from bide.emit.render import render
from bide.ir import Provider
from bide.lint.pipeline import read_spec

SPEC = """\
bide: 1
name: brook
title: Brook
class: Brook
description: Jobs that are over in a moment.
docs: https://brook.example/docs
base_url: https://api.brook.example
auth: {header: X-Key, env: BROOK_API_KEY}
sources: {docs: {title: Docs, url: "https://brook.example/docs"}}
errors: [{name: flat, code: code, message: message, source: docs}]

enums:
  Status:
    description: Where a job is.
    source: docs
    values: {waiting: Waits., working: Runs., done: Good., broken: Bad., off: Off.}

models:
  Order:
    description: What to do.
    source: docs
    fields:
      name: {type: string, description: A word that comes back in the result.}
  Accepted:
    description: A job that begins.
    source: docs
    fields:
      id: {type: string, description: Its id.}
      status: {type: Status, description: Where it is.}
    examples: [{source: docs, title: Accepted, json: '{"id": "j1", "status": "waiting"}'}]
  Work:
    description: A job as a poll reports it.
    source: docs
    fields:
      status: {type: Status, description: Where it is.}
      text?: {type: string, when: succeeded, description: What came of it.}
      why?: {type: string, description: Why it is broken.}
    examples:
      - {source: docs, title: Working, json: '{"status": "working"}'}
      - {source: docs, title: Done, json: '{"status": "done", "text": "It is done."}'}
  Done:
    description: A job that is done.
    is: Work
    when: succeeded
  Sheep:
    description: A job as one of many.
    source: docs
    fields:
      id: {type: string, description: Its id.}
      status: {type: Status, description: Where it is.}
      text?: {type: string, when: succeeded, description: What came of it.}
      why?: {type: string, description: Why it is broken.}
    examples: [{source: docs, title: Done, json: '{"id": "j1", "status": "done", "text": "It is done."}'}]
  Parcel:
    description: What a parcel job brings.
    source: docs
    fields:
      text: {type: string, description: What came of it.}
    examples: [{source: docs, title: Parcel, json: '{"text": "It is done."}'}]

lifecycles:
  plain:
    source: docs
    poll: {get: "/jobs/{job_id}"}
    status: status
    states: {waiting: pending, working: running, done: succeeded, broken: failed, off: cancelled}
    error: {message: why}
    polling: {interval: 50ms..100ms, min_interval: 40ms, timeout: 5s}
  parcel:
    source: docs
    poll: {get: "/parcels/{job_id}"}
    status: status
    states: {waiting: pending, working: running, done: succeeded, broken: failed, off: cancelled}
    error: {message: why}
    result: {get: "/parcels/{job_id}/result", not_ready: [409], gone: [410], retention: 1h}
    cancel: {post: "/parcels/{job_id}/cancel", returns: Work}
    polling: {interval: 50ms..100ms, min_interval: 40ms, timeout: 5s}
  ration:
    source: docs
    poll: {get: "/rations/{job_id}", rate_limit: 20/s}
    status: status
    states: {waiting: pending, working: running, done: succeeded, broken: failed, off: cancelled}
    error: {message: why}
    polling: {interval: 50ms..100ms, min_interval: 40ms, timeout: 5s}
  flock:
    source: docs
    poll: {get: "/flocks/{job_id}"}
    poll_many: {get: "/flocks", ids: {query: ids}, max_ids: 10, list: jobs, job_id: id}
    status: status
    states: {waiting: pending, working: running, done: succeeded, broken: failed, off: cancelled}
    error: {message: why}
    polling: {interval: 50ms..100ms, min_interval: 40ms, timeout: 5s}

jobs:
  task:
    description: Has no idempotency key.
    source: docs
    submit: {post: /tasks, body: Order, returns: Accepted, job_id: id}
    lifecycle: plain
    snapshot: Work
    result: Done
  errand:
    description: Is submitted by a GET, as some providers have it.
    source: docs
    submit: {get: /errands, query: {name: {type: string, description: A word.}}, returns: Accepted, job_id: id}
    lifecycle: plain
    snapshot: Work
    result: Done
  keyed:
    description: Has an idempotency key.
    source: docs
    submit: {post: /keyed, body: Order, returns: Accepted, job_id: id, idempotency_key: Idempotency-Key}
    lifecycle: plain
    snapshot: Work
    result: Done
  parcel:
    description: Has its result at an address of its own, and can be cancelled.
    source: docs
    submit: {post: /parcels, body: Order, returns: Accepted, job_id: id}
    lifecycle: parcel
    snapshot: Work
    result: Parcel
  ration:
    description: May be polled twenty times a second, all of them together.
    source: docs
    submit: {post: /rations, body: Order, returns: Accepted, job_id: id}
    lifecycle: ration
    snapshot: Work
    result: Done
  sheep:
    description: Is asked about together with others.
    source: docs
    submit: {post: /flocks, body: Order, returns: Accepted, job_id: id}
    lifecycle: flock
    snapshot: Sheep
    result: Sheep
"""


def brook() -> Provider:
    return read_spec("brook.yaml", SPEC)


def written(provider: Provider, folder: Path, *, vendor: bool = False) -> Path:
    """*folder*, with the provider's package in it."""
    for path, text in render(provider, vendor=vendor).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


def packed(provider: Provider, folder: Path) -> ModuleType:
    """The provider's package, generated into *folder* and imported anew."""
    return imported(f"{provider.name}_client", written(provider, folder))


def imported(name: str, folder: Path) -> ModuleType:
    """The package of this name in *folder*, imported anew."""
    for module in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[module]  # of another test, with a spec of the same name
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return importlib.import_module(name)
