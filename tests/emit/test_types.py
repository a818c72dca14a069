"""The types of a generated package are exact for any spec, without any extra installed."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import bide_runtime

from bide.emit.python.imports import _RUNTIME
from bide.emit.render import render
from bide.lint.pipeline import read_spec

SPEC = """
bide: 1
name: headers
title: Headers
class: Headers
description: Takes headers of every type.
docs: https://headers.example
base_url: https://api.headers.example
auth: {header: X-Key, env: HEADERS_API_KEY}
operations:
  look:
    description: Look.
    get: "/look/{day}"
    path: {day: date}
    query: {most?: integer, deep?: boolean}
    headers: {X-Count?: integer, X-On: boolean, X-When?: datetime, X-Text: string}
    returns: any
"""


def test_headers_may_be_optional_and_of_any_type(tmp_path: Path) -> None:
    """`mypy --strict` accepts a number, a boolean or a time as a header, and none at all."""
    for path, text in render(read_spec("headers.yaml", SPEC)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, "-p", "headers_client"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_the_fixture_is_a_plugin() -> None:
    """pytest loads it from an installed package, without an import."""
    files = render(read_spec("headers.yaml", SPEC))
    entries = tomllib.loads(files["pyproject.toml"])["project"]["entry-points"]["pytest11"]

    assert entries == {"headers_client": "headers_client.pytest_plugin"}
    assert "def fake_headers() -> Iterator[FakeHeaders]:" in files["headers_client/pytest_plugin.py"]


def test_imports_of_generated_code_exist() -> None:
    """Each name that the generator imports from the runtime is in the runtime's table of names."""
    imported = {name.removeprefix("_") for name in _RUNTIME.split()}

    assert imported <= bide_runtime._MODULES.keys()


def test_bounds_of_a_model_in_a_reply_are_not_checked() -> None:
    """A reply may have any value, also if requests have the model too."""
    text = """\
bide: 1
name: acme
title: Acme
class: Acme
description: Measures.
docs: https://acme.example
base_url: https://acme.example
models:
  Shared: {fields: {size: {type: integer, max: 5}}}
  Sent: {fields: {shared: Shared, size: {type: integer, max: 5}}}
operations:
  measure: {post: /measure, body: {what: Sent}, returns: Shared}
"""
    models = render(read_spec("acme.yaml", text))["acme_client/models.py"]
    shared, sent = (
        models.partition(f"class {name}(Model):")[2].partition("\nclass ")[0] for name in ("Shared", "Sent")
    )

    assert "size: int\n" in shared
    assert "At most 5." in shared
    assert "size: Annotated[int, Meta(le=5)]" in sent
