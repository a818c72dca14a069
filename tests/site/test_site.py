"""The site of a provider: complete, without dead links, and harmless whatever the spec says."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from bide.cli.app import main
from bide.ir import Provider
from bide.ir.build import build
from bide.lint import pipeline
from bide.site import site
from bide.site.text import marked
from tests.docs.reader import REPOSITORY
from tests.docs.site import dead

SPECS = sorted((REPOSITORY / "specs").glob("*.yaml"))
MADE_UP = sorted((REPOSITORY / "tests" / "providers").glob("*/spec.yaml"))

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>`<b>`\"'"


def _provider(text: str) -> Provider:
    found = pipeline.examined("acme.yaml", text)
    assert found.document is not None, found.problems
    return build(found.document)


@pytest.mark.parametrize("path", [*SPECS, *MADE_UP], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_site_has_no_dead_link(path: Path, tmp_path: Path) -> None:
    """Each link leads to a page and an anchor of the site, and no page loads anything."""
    for name, text in site(_provider(path.read_text(encoding="utf-8"))).items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert [] == list(dead(tmp_path))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_everything_of_a_spec_is_in_it(path: Path) -> None:
    """Each job, operation, model, union and enum has a place of its own, and each lifecycle a picture."""
    provider = _provider(path.read_text(encoding="utf-8"))
    pages = site(provider)
    for job in provider.jobs:
        assert f'id="{job.name}"' in pages["jobs.html"]
    for operation in provider.operations:
        assert f'id="{operation.name}"' in pages["operations.html"]
    for name in provider.by_name:
        assert f'id="{name}"' in pages["models.html"]
    assert len(provider.lifecycles) == pages["jobs.html"].count("<svg ")


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def _poisoned(value: object, key: str = "") -> object:
    """A spec with hostile text in each description."""
    if isinstance(value, dict):
        return {name: _poisoned(each, str(name)) for name, each in value.items()}
    if isinstance(value, list):
        return [_poisoned(each) for each in value]
    return f"{value} {HOSTILE}" if key in ("description", "deprecated") and value else value


def test_the_client_s_arguments_are_on_the_first_page() -> None:
    """Its secrets, and the parts of its base URL, each with the environment variable."""
    for path in [*SPECS, *MADE_UP]:
        provider = _provider(path.read_text(encoding="utf-8"))
        page = site(provider)["index.html"]
        for name in [*(each.argument for each in provider.auth), *(each.name for each in provider.variables)]:
            assert f"<td><code>{name}</code></td>" in page


def test_bold_text_of_a_spec_is_bold() -> None:
    """As in descriptions of many documents; a star alone is a star."""
    assert marked("**Never** 2 * 3 ** <b> **x `**` y**") == (
        "<strong>Never</strong> 2 * 3 ** &lt;b&gt; **x <code>**</code> y**"
    )


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_text_of_a_spec_is_only_text(path: Path) -> None:
    """Hostile descriptions, and a hostile title, add no element and no attribute to any page."""
    spec = yaml.safe_load(path.read_text(encoding="utf-8"))
    spec["title"] += f" {HOSTILE}"
    poisoned = yaml.safe_dump(_poisoned(spec), sort_keys=False, allow_unicode=True)
    found = pipeline.examined("acme.yaml", poisoned)
    assert found.document is not None, found.problems[:3]
    pages = site(build(found.document))

    assert "alert(1)" in pages["jobs.html"]
    for name, text in pages.items():
        elements = Elements(text).found
        assert 2 == sum(tag == "script" for tag, _ in elements), name
        assert not [tag for tag, _ in elements if tag in ("img", "b", "iframe", "object")], name
        assert not [key for _, attributes in elements for key in attributes if key.startswith("on")], name


def test_links_lead_to_web_pages_only() -> None:
    """An address of another scheme is plain text."""
    from bide.site.text import address

    assert "<a" not in address("javascript:alert(1)", "docs")
    assert 'href="https://acme.example/a?b=1&amp;c=2"' in address("https://acme.example/a?b=1&c=2", "docs")


def test_the_same_spec_makes_the_same_site() -> None:
    """Byte for byte."""
    text = SPECS[0].read_text(encoding="utf-8")
    assert site(_provider(text)) == site(_provider(text))


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other files of the folder stay."""
    (tmp_path / "CNAME").write_text("docs.acme.example")

    assert 0 == main(["docs", str(SPECS[0]), "--out", str(tmp_path)])
    assert re.search(r"^wrote .*index.html and \d more pages$", capsys.readouterr().out, re.MULTILINE)
    assert {"CNAME", "index.html", "jobs.html"} <= {path.name for path in tmp_path.iterdir()}


def test_a_spec_with_an_error_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The problems are printed, as by `bide check`."""
    (tmp_path / "acme.yaml").write_text("bide: 1\n")

    assert 1 == main(["docs", str(tmp_path / "acme.yaml"), "--out", str(tmp_path / "site")])
    assert "acme.yaml" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_webhooks_and_renamed_arguments_are_in_it() -> None:
    """The secret with its variable, the jobs that webhooks tell of, and the provider's name of each argument."""
    path = next(path for path in MADE_UP if path.parent.name == "surveyor")
    told = "{where: {type: string, description: A word.}"
    text = path.read_text("utf-8").replace(told, f"{told}, timeout?: integer")
    pages = site(_provider(text))

    assert "<code>webhook_secret</code></td><td><code>SURVEYOR_WEBHOOK_SECRET</code>" in pages["index.html"]
    assert "client.flight.receive(body, headers)" in pages["jobs.html"]
    assert "client.survey.receive(body, headers)" not in pages["jobs.html"]
    assert re.search("<code>timeout_</code>.*Sent as <code>timeout</code>", pages["jobs.html"], re.DOTALL)
