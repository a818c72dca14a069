"""Texts in docstrings and READMEs: readable numbers and articles, and examples that the spec accepts."""

from __future__ import annotations

import importlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bide.emit.render import render
from bide.emit.words import prose
from bide.emit.words.numbers import article, duration, number, span
from bide.emit.words.samples import arguments, samples
from bide.lint.pipeline import read_spec
from bide.spec import names
from tests.acme_spec import TEXT, changed

REPOSITORY = Path(__file__).parents[2]
SPECS = sorted((REPOSITORY / "tests" / "providers").glob("*/spec.yaml"))
SPECS += sorted((REPOSITORY / "specs").glob("*.yaml"))

HARD = """\
      url: {type: string, min_length: 12, max_length: 12}
      country: {type: string, pattern: "^[a-z]{2}$"}
      pages: {type: integer, min: 3}
      share: {type: number, max: 0.5}
      formats: {type: list of string, min_items: 2}
      side: Side
      action: Action
      since: datetime
      until: date
      any: any
      more: map of integer
"""


@pytest.mark.parametrize(
    ("value", "text"), [(2592000.0, "2592000"), (0.5, "0.5"), (1e-7, "0.0000001"), (3, "3"), (1e22, f"1{'0' * 22}")]
)
def test_a_number_has_no_exponent(value: float, text: str) -> None:
    """Numbers are digits, however large or small."""
    assert number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2592000.0, "30 days"), (86400.0, "24 h"), (300.0, "5 min"), (90.0, "90 s"), (0.5, "0.5 s"), (61e6, "61000000 s")],
)
def test_a_duration_has_the_unit_of_its_size(seconds: float, text: str) -> None:
    """The largest unit of which there are at least 2, without a remainder."""
    assert duration(seconds) == text


def test_a_range_has_its_unit_once() -> None:
    """Unless its ends have two units."""
    assert (span(2.0, 5.0), span(60.0, 300.0), span(120.0, 300.0), span(5.0, 5.0)) == (
        "2 to 5 s",
        "60 s to 5 min",
        "2 to 5 min",
        "5 s",
    )


@pytest.mark.parametrize(
    ("name", "found"),
    [
        *(("AnakinError", "an"), ("ScrapioError", "a"), ("KnowledgeSDKError", "a"), ("UserError", "a"), ("Hour", "an")),
        *(("XMLError", "an"), ("HTTPError", "an"), ("UPSError", "a"), ("UnionError", "a"), ("OneError", "a")),
        *(("UnderError", "an"), ("NASAError", "a"), ("SdkError", "a"), ("8ballError", "an"), ("IBMError", "an")),
    ],
)
def test_a_name_has_its_article(name: str, found: str) -> None:
    """By its pronunciation."""
    assert article(name) == found


@pytest.fixture
def aside(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A patch of `sys.modules`, which drops the imports of the test afterwards."""
    before = dict(sys.modules)
    yield monkeypatch
    for name in [name for name in sys.modules if name not in before]:
        if name.partition(".")[0].endswith("_client"):
            del sys.modules[name]


def _submits(spec: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[Any, dict[str, Any]]]:
    """The call of each job of a package, with the arguments of its example."""
    provider = read_spec("spec.yaml", spec)
    for name, text in render(provider).items():
        if "_client/" in name:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
    monkeypatch.syspath_prepend(folder)
    package = f"{provider.name}_client"
    for module in [module for module in sys.modules if module.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    calls, models = importlib.import_module(f"{package}._calls"), importlib.import_module(f"{package}.models")
    scope = {"models": models, "datetime": datetime, "date": date, "UTC": UTC}
    return {
        job.name: (
            getattr(calls, names.call_function(job.name)),
            eval(f"dict({arguments(provider, job.submit)})", scope),
        )
        for job in provider.jobs
    }


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_arguments_of_an_example_are_accepted(spec: Path, tmp_path: Path, aside: pytest.MonkeyPatch) -> None:
    """The quickstart of a README has a submit that the package accepts."""
    for submit, given in _submits(spec.read_text(), tmp_path, aside).values():
        assert ... not in given.values()
        submit(**given)


def test_arguments_within_bounds_are_made(tmp_path: Path, aside: pytest.MonkeyPatch) -> None:
    """Lengths, patterns, ranges, enums and unions hold."""
    spec = changed(
        ("      url: {type: string, description: The address., max_length: 2000}\n", HARD),
        ("enums:\n", "enums:\n  Side: {description: A side., values: {left: Left., right: Right.}}\n"),
        ("      formats?: {type: list of string, min_items: 1}\n", ""),
    )

    submit, given = _submits(spec, tmp_path, aside)["fetch"]

    submit(**given)
    assert (given["country"], given["pages"], given["share"], given["side"]) == ("us", 3, 0.5, "left")
    assert len(given["url"]) == 12


def test_what_is_too_deep_is_left_out_of_a_list() -> None:
    """Where the list may be empty, so that there is an example at all."""
    deep = "  A: {description: A., fields: {b: B}}\n  B: {description: B., fields: {c: C}}\n"
    deep += "  C: {description: C., fields: {d: list of D, e: map of D}}\n  D: {description: D., fields: {x: string}}\n"
    spec = changed(
        ("      url: {type: string, description: The address., max_length: 2000}\n", "      a: A\n"),
        ("models:\n", f"models:\n{deep}"),
    )
    provider = read_spec("acme.yaml", spec)
    submit = next(job.submit for job in provider.jobs if job.name == "fetch")

    assert {"b": {"c": {"d": [], "e": {}}}} == samples(provider, submit)["a"]


def test_values_come_from_the_example_of_the_request() -> None:
    """If the spec has one, and the value is valid."""
    provider = read_spec("acme.yaml", TEXT)
    example = (
        "      idempotency_key: Idempotency-Key\n"
        "      examples:\n"
        '        - {title: Submit, json: \'{"kind": "fetch", "input": {"url": "https://acme.example/x"}}\'}\n'
    )
    shown = read_spec("acme.yaml", changed(("      idempotency_key: Idempotency-Key\n", example)))

    assert arguments(provider, provider.jobs[0].submit) == 'url="https://example.com"'
    assert arguments(shown, shown.jobs[0].submit) == 'url="https://acme.example/x"'


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("object", {"prompt": "a cat"}, 'url={"prompt": "a cat"}'),
        ("any", [1, None], "url=[1, None]"),
        ("object", {"prompt": "long" * 20}, "url={}"),
    ],
)
def test_an_example_of_any_json_is_shown_if_it_is_short(kind: str, value: Any, shown: str) -> None:
    """Where the spec says no more than that it is JSON, the provider's example is all that there is."""
    text = json.dumps({"kind": "fetch", "input": {"url": value}})
    spec = changed(
        ("      url: {type: string, description: The address., max_length: 2000}\n", f"      url: {kind}\n"),
        (
            "      idempotency_key: Idempotency-Key\n",
            f"      idempotency_key: Idempotency-Key\n      examples: [{{title: Submit, json: '{text}'}}]\n",
        ),
    )
    provider = read_spec("acme.yaml", spec)

    assert arguments(provider, provider.jobs[0].submit) == shown


def test_only_what_can_be_raised_is_documented() -> None:
    """A job that cannot be cancelled has no `JobCancelled`, in docstrings and in the README."""
    provider = read_spec("acme.yaml", TEXT)
    files = render(read_spec("anakin.yaml", (REPOSITORY / "specs" / "anakin.yaml").read_text()))

    assert prose.can_be_cancelled(provider.jobs[0])
    assert not re.search("JobCancelled:|JobExpired:|`cancel`", files["anakin_client/client.py"])
    assert not re.search("`JobCancelled`|`JobExpired`|`cancel`", files["README.md"])
    assert "Every exception is an `AnakinError`." in files["README.md"]
    assert "\\" not in files["README.md"]


def test_a_package_has_the_metadata_of_the_spec() -> None:
    """Name, version, license, authors and URLs; by default version 0.1.0 and no license."""
    said = (
        "package:\n  name: acme-sdk\n  version: 1.4.0\n  license: MIT\n"
        "  authors: [{name: Acme team, email: sdk@acme.example}, {name: Ann}]\n"
        "  urls: {Source: https://acme.example/sdk}\n"
    )
    plain = render(read_spec("acme.yaml", TEXT))
    files = render(read_spec("acme.yaml", changed(("auth: {header", f"{said}auth: {{header"))))
    project = tomllib.loads(files["pyproject.toml"])["project"]

    assert project["name"] == "acme-sdk"
    assert project["version"] == "1.4.0"
    assert project["license"] == "MIT"
    assert project["authors"] == [{"name": "Acme team", "email": "sdk@acme.example"}, {"name": "Ann"}]
    assert project["urls"] == {"Source": "https://acme.example/sdk"}
    assert '__version__ = "1.4.0"' in files["acme_client/__init__.py"]
    assert 'version="1.4.0"' in files["acme_client/_provider.py"]
    assert "pip install acme-sdk\n" in files["README.md"]
    assert "License: `MIT`." in files["README.md"]
    assert "- [Source](https://acme.example/sdk)\n" in files["README.md"]
    assert tomllib.loads(plain["pyproject.toml"])["project"]["version"] == "0.1.0"
    assert "In this folder:\n\n```\npip install .\n```\n" in plain["README.md"]
    assert "pip install acme" not in plain["README.md"]
    assert "license" not in plain["pyproject.toml"].casefold() + plain["README.md"].casefold()


def test_the_readme_tells_of_webhooks() -> None:
    """Which jobs they tell of and where the secret is read from, if the provider signs them; else nothing."""
    spec = Path(__file__).parents[1] / "providers" / "surveyor" / "spec.yaml"
    text = spec.read_text("utf-8")
    told = render(read_spec("spec.yaml", text))["README.md"]
    alone = text.replace("    webhook: {job_id: event.flight, snapshot: resource}\n", "")
    verified = render(read_spec("spec.yaml", alone))["README.md"]

    assert "client.flight.receive(body, headers)" in told
    assert "client.survey.receive" not in told
    assert "client.webhooks.verify(body, headers)" in verified
    assert "SURVEYOR_WEBHOOK_SECRET" in told
    assert "ebhook" not in render(read_spec("acme.yaml", TEXT))["README.md"]
