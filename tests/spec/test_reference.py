"""The reference of the spec language: generated from the schema, complete and up to date."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bide.cli.app import main
from bide.spec import document as source
from bide.spec.shape.reference import page
from bide.spec.shape.schema import spec_schema
from tests.spec.test_schema_help import KEYS, merged

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"


def test_the_page_is_up_to_date() -> None:
    """docs/reference.md equals the output for the schema."""
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make reference`"


def test_every_key_is_on_the_page() -> None:
    """Each key has a row with its meaning; so has each named part of the schema."""
    text = page()

    for path, key in KEYS:
        name = re.escape(path.rpartition(".")[2])
        meaning = re.escape(merged(key)["description"].replace("|", "&#124;"))
        assert re.search(rf"^\| `{name}`.*\| {meaning} \||^{meaning}", text, re.MULTILINE), path


def test_examples_of_the_page_are_valid() -> None:
    """Each block of YAML is an example of the schema, and valid at its place."""
    sections = re.split(r"^## ", page(), flags=re.MULTILINE)[1:]
    shown = [block for section in sections for block in re.findall(r"^```yaml\n(.*?)^```", section, re.M | re.S)]
    examples = [example for _, key in KEYS for example in merged(key)["examples"]]

    assert len(shown) > 20
    for block in shown:
        assert source.read("reference.md", block).data in examples


def test_examples_in_tables_are_valid() -> None:
    """They are YAML with the value of the schema's example."""
    examples = [example for _, key in KEYS for example in merged(key)["examples"]]
    cells = re.findall(r"\| (`` (?P<long>.*?) ``|`(?P<short>[^`]*)`) \|$", page(), re.MULTILINE)

    assert len(cells) > 50
    for _, long, short in cells:
        text = (long or short).replace("&#124;", "|")
        assert source.read("reference.md", f"key: {text}").data["key"] in examples, text


def test_schema_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """`bide schema` prints the schema of the package, and `--markdown` the page."""
    assert main(["schema"]) == 0
    printed: Any = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(printed)
    assert printed == spec_schema()

    assert main(["schema", "--markdown"]) == 0
    assert capsys.readouterr().out == page()
