"""`bide schema --install-vscode`: editors complete and explain the keys of every spec in a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bide.cli.app import main
from bide.spec.shape.schema import schema_text

SETTINGS, EXTENSIONS = Path(".vscode/settings.json"), Path(".vscode/extensions.json")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_settings_of_the_folder_name_the_schema() -> None:
    """The schema is written too, and the extension that reads it is recommended."""
    assert 0 == main(["schema", "--install-vscode"])

    assert schema_text() == Path("specs/bide.schema.json").read_text("utf-8")
    assert {"yaml.schemas": {"specs/bide.schema.json": "specs/*.yaml"}} == json.loads(SETTINGS.read_text())
    assert {"recommendations": ["redhat.vscode-yaml"]} == json.loads(EXTENSIONS.read_text())


def test_other_settings_stay() -> None:
    """Also if it is done again."""
    Path(".vscode").mkdir()
    SETTINGS.write_text('{"editor.rulers": [120], "yaml.schemas": {"other.json": "*.yml"}}')
    EXTENSIONS.write_text('{"recommendations": ["a.b"], "unwantedRecommendations": []}')
    for _ in range(2):
        assert 0 == main(["schema", "--install-vscode"])

    found = json.loads(SETTINGS.read_text())
    assert [120] == found["editor.rulers"]
    assert {"other.json": "*.yml", "specs/bide.schema.json": "specs/*.yaml"} == found["yaml.schemas"]
    assert ["a.b", "redhat.vscode-yaml"] == json.loads(EXTENSIONS.read_text())["recommendations"]


@pytest.mark.parametrize("text", ["{// mine\n}", "[]", '{"yaml.schemas": 7}'])
def test_settings_that_cannot_be_changed_are_left(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The message has the line to add; nothing is written."""
    Path(".vscode").mkdir()
    SETTINGS.write_text(text)

    assert 1 == main(["schema", "--install-vscode"])
    assert 'add this yourself: {"yaml.schemas"' in capsys.readouterr().err
    assert text == SETTINGS.read_text()
    assert not Path("specs").exists()


def test_printing_and_installing_are_two_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """Both at once are wrong usage."""
    assert 2 == main(["schema", "--markdown", "--install-vscode"])
    assert "choose one" in capsys.readouterr().err
