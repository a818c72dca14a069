"""Verify the spec of one document against Prism, which serves that document."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bide import ir
from bide.importer.documents.reading import read
from bide.importer.recording.exchanges import Exchange, exchanges_of
from bide.lint.pipeline import read_spec
from bide.verifier.verifying import verify as replied
from evidence.prism.document import Document
from evidence.prism.judging import Judged, Silence, judged, silence, unreported
from evidence.prism.said import Request, Verified, Violation, place_in, verified
from evidence.prism.server import Prism

_SPEED = "20"
_SECONDS = 20.0
"""The deadline of a job, in the time of its client, which is 20 times as fast."""


@dataclass(slots=True)
class Run:
    """One run of `bide verify` against Prism."""

    said: Verified
    requests: list[Request]
    findings: list[Judged]
    silent: list[tuple[str, Violation, Silence]]
    """What Prism's validator says of a reply, and `bide verify` does not: each once, with its request."""

    @property
    def answered(self) -> int:
        """The requests that got a reply of success."""
        return sum(200 <= each.status < 300 for each in self.requests)


@dataclass(slots=True)
class Trial:
    """What came of one document."""

    name: str
    version: str
    jobs: list[str]
    operations: list[str]
    runs: dict[str, Run] = field(default_factory=dict)
    """By the seed of what Prism made up; empty: it replied with examples."""


def bide(*words: str, folder: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "bide", *words],
        cwd=folder,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def imported(document: Path, folder: Path) -> Path:
    """The spec of a document, with its operations."""
    spec = folder / f"{document.stem}.yaml"
    ended = bide("import", str(document), "--operations", "--out", str(spec), "--force", folder=folder)
    if ended.returncode:
        raise RuntimeError(f"bide import {document.name}: {ended.stdout}{ended.stderr}")
    return spec


def verify(
    spec: Path,
    url: str,
    jobs: Iterable[str],
    operations: Iterable[str],
    arguments: Mapping[str, Any] | None = None,
    more: Iterable[str] = (),
) -> tuple[Verified, str]:
    """What `bide verify --live` says of a spec, and the same as text."""
    provider = read_spec(spec.name, spec.read_text(encoding="utf-8"))
    (spec.parent / "example.bin").write_bytes(b"example")
    words = [word for name in jobs for word in ("--job", name)]
    words += [word for name in operations for word in ("--operation", name)]
    if arguments:
        given = spec.with_suffix(".arguments.json")
        given.write_text(json.dumps(arguments), encoding="utf-8")
        words += ["--input", str(given)]
    ended = bide(
        *("verify", str(spec), "--live", *words, "--base-url", url, "--timeout", f"{_SECONDS:g}", "--yes", *more),
        folder=spec.parent,
        env={**{secret.env: "key" for secret in provider.auth}, "BIDE_SPEED": _SPEED},
    )
    text = ended.stderr + ended.stdout
    return verified(text), text


def called(provider: ir.Provider, most: int | None = None) -> tuple[list[str], list[str]]:
    """The jobs and the operations to call. With *most*, so many of each, and only operations that read."""
    jobs = [each.name for each in provider.jobs]
    operations = [
        each.name
        for each in provider.operations
        if each.stream is None and (most is None or each.endpoint.method == "GET")
    ]
    return jobs[:most], operations[:most]


def run(
    spec: Path,
    served: Path,
    calls: tuple[list[str], list[str]],
    *,
    seed: str = "",
    arguments: Mapping[str, Any] | None = None,
    known: Mapping[str, str] | None = None,
) -> Run:
    """Verify a spec against Prism that serves a document."""
    log = spec.with_suffix(f".{seed or 'examples'}.log")
    kept = log.with_suffix(".har")
    with Prism(served, log, seed) as prism:
        said, output = verify(spec, prism.url, *calls, arguments, more=("--save", str(kept)))
        requests, url = prism.requests(), prism.url
    log.with_suffix(".txt").write_text(output, encoding="utf-8")
    document = Document.read(served)
    findings = [judged(each, document, requests, dict(known or {})) for each in said.findings]
    exchanges = exchanges_of(read(kept)) if kept.exists() else []
    provider = replace(read_spec(spec.name, spec.read_text(encoding="utf-8")), base_url=url)
    silent: dict[tuple[object, ...], tuple[str, Violation, Silence]] = {}
    for exchange, request in _pairs(exchanges, requests):
        if request.refusal or not 200 <= request.status < 300:
            continue
        places = [place_in(each.example) for each in replied(provider, [exchange]).findings]
        for violation in unreported(request, places):
            why = silence(violation, request, exchange.said, places)
            about = f"{request.method.upper()} {request.path}"
            silent.setdefault((about, violation), (about, violation, why))
    return Run(said, requests, findings, list(silent.values()))


def _pairs(exchanges: Iterable[Exchange], requests: Iterable[Request]) -> Iterator[tuple[Exchange, Request]]:
    """The exchanges of a recording, each with what Prism has logged; that may be more, if a reply was not read."""
    left = iter(requests)
    for exchange in exchanges:
        depth = exchange.path.count("/")
        for request in left:
            if (request.method, request.path.count("/")) == (exchange.method, depth):
                yield exchange, request
                break
