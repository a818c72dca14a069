"""Problems in each format: text, JSON, GitHub commands and SARIF."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bide.cli.app import main
from bide.cli.reports.listing import Format, Listing
from bide.cli.reports.written import written
from bide.lint.codes import all_pages
from bide.spec.diagnostics import Diagnostic, Place, Silenced

HERE = Path(__file__).parent
NASTY = "50% off:\r\n::error::gone, \x1b[2J é"
ERROR = Diagnostic(Place("a, b: c/é%.yaml", 2, 3), "unknown-key", NASTY, 'did you mean "title"?')
WARNING = Diagnostic(Place("acme.yaml", 1, 1), "unused-model", "nobody wants it", severity="warning")
LISTING = Listing(
    {"a, b: c/é%.yaml": "bide: 1\n  titel: 5\n", "acme.yaml": "x" * 500},
    (ERROR, WARNING),
    (Silenced(WARNING, "it is for later"),),
)


# --- text ------------------------------------------------------------------------------------------------------------


def test_the_caret_is_below_the_place() -> None:
    """The caret is below the character, whatever characters precede it."""
    source = '{"日本": "e\u0301", \tkey: x}\n'
    problem = Diagnostic(Place("a.yaml", 1, source.index("key") + 1), "unknown-key", "no")
    _, _, line, caret, *_ = written(Listing({"a.yaml": source}, (problem,)), Format.TEXT).split("\n")

    # Two of the characters are twice as wide as the others, and one has no width.
    assert caret.index("^") == line.index("key") + 2 - 1


def test_a_line_that_is_too_long_is_not_shown() -> None:
    """A problem in a very long line is printed without the line."""
    assert written(Listing(LISTING.sources, (WARNING,)), Format.TEXT) == (
        "acme.yaml:1:1: warning[unused-model]: nobody wants it"
    )


def test_colours() -> None:
    """Colours change nothing else in the text; a spec cannot add any."""
    plain = written(LISTING, Format.TEXT)
    coloured = written(LISTING, Format.TEXT, colour=True)

    assert "\x1b" not in plain
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


class Terminal:
    """Standard error, which is a terminal or not."""

    def __init__(self, *, is_one: bool) -> None:
        self.is_one = is_one

    def isatty(self) -> bool:
        return self.is_one


@pytest.mark.parametrize(
    ("is_one", "environment", "expected"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_only_a_terminal_gets_colours(
    is_one: bool, environment: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Colours are for terminals, unless the environment disables them."""
    from bide.cli.terminal import takes_colour

    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert takes_colour(Terminal(is_one=is_one)) is expected  # type: ignore[arg-type]  # all that is asked of it


def test_the_source_is_split_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For any number of problems."""

    class Source(str):
        splits = 0

        def split(self, *arguments: object, **named: object) -> list[str]:
            Source.splits += 1
            return ["x"] * 1000

    problems = tuple(Diagnostic(Place("a.yaml", line, 1), "empty", "no") for line in range(1, 1001))
    written(Listing({"a.yaml": Source("x")}, problems), Format.TEXT)

    assert Source.splits == 1


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_json() -> None:
    """The JSON has every problem with its fields, silenced ones with their reason, and the counts."""
    document = json.loads(written(LISTING, Format.JSON))

    assert document == {
        "version": 1,
        "specs": ["a, b: c/é%.yaml", "acme.yaml"],
        "errors": 1,
        "warnings": 1,
        "problems": [
            {
                "file": "a, b: c/é%.yaml",
                "line": 2,
                "column": 3,
                "severity": "error",
                "code": "unknown-key",
                "message": NASTY,
                "help": 'did you mean "title"?',
            },
            {**WARNING_AS_JSON},
        ],
        "silenced": [{**WARNING_AS_JSON, "reason": "it is for later"}],
    }


WARNING_AS_JSON = {
    "file": "acme.yaml",
    "line": 1,
    "column": 1,
    "severity": "warning",
    "code": "unused-model",
    "message": "nobody wants it",
    "help": "",
}


# --- GitHub ----------------------------------------------------------------------------------------------------------


def test_github() -> None:
    """Each problem is one workflow command; its text cannot end it or start another one."""
    first, second = written(LISTING, Format.GITHUB).split("\n")

    assert first == (
        "::error file=a%2C b%3A c/é%25.yaml,line=2,col=3,title=bide unknown-key::"
        '50%25 off:%0D%0A::error::gone, \\x1b[2J é%0Adid you mean "title"?'
    )
    assert second == "::warning file=acme.yaml,line=1,col=1,title=bide unused-model::nobody wants it"


def test_github_prints_nothing_for_valid_specs() -> None:
    """No problem is no command."""
    assert written(Listing({"acme.yaml": ""}, ()), Format.GITHUB) == ""


# --- SARIF -----------------------------------------------------------------------------------------------------------

TEXT_ONLY = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}},
}
URI = {"type": "string", "pattern": r"^([A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2}|^file:///)+$"}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RULE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT_ONLY,
        "fullDescription": TEXT_ONLY,
        "help": {
            "type": "object",
            "additionalProperties": False,
            "required": ["text"],
            "properties": {"text": {"type": "string"}, "markdown": {"type": "string"}},
        },
        "defaultConfiguration": {"type": "object", "additionalProperties": False, "properties": {"level": LEVEL}},
    },
}
LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "physicalLocation": {
            "type": "object",
            "additionalProperties": False,
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"uri": URI},
                },
                "region": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "startLine": {"type": "integer", "minimum": 1},
                        "startColumn": {"type": "integer", "minimum": 1},
                    },
                },
            },
        }
    },
}
RESULT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": -1},
        "level": LEVEL,
        "message": TEXT_ONLY,
        "locations": {"type": "array", "items": LOCATION},
        "suppressions": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["kind"],
                "properties": {
                    "kind": {"enum": ["inSource", "external"]},
                    "status": {"enum": ["accepted", "underReview", "rejected"]},
                    "justification": {"type": "string"},
                },
            },
        },
    },
}
SARIF = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tool"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "semanticVersion": {"type": "string"},
                                    "rules": {"type": "array", "uniqueItems": True, "items": RULE},
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "artifacts": {
                        "type": "array",
                        "uniqueItems": True,
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {
                                "location": {
                                    "type": "object",
                                    "additionalProperties": False,
                                    "properties": {"uri": URI},
                                }
                            },
                        },
                    },
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}
"""The part of the schema of SARIF 2.1.0 that Bide uses; it allows nothing else."""


def test_sarif() -> None:
    """The log matches the schema of SARIF 2.1.0; each result refers to its rule, silenced ones have a reason."""
    document = json.loads(written(LISTING, Format.SARIF))
    Draft202012Validator(SARIF).validate(document)
    [run] = document["runs"]
    rules = run["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules] == list(all_pages())
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        "unknown-key",
        "unused-model",
        "unused-model",
    ]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "warning"]
    assert [[one["justification"] for one in result["suppressions"]] for result in run["results"]] == [
        [],
        [],
        ["it is for later"],
    ]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%2C%20b%3A%20c/%C3%A9%25.yaml"
    assert place["region"] == {"startLine": 2, "startColumn": 3}


def test_sarif_of_a_file_with_an_absolute_path(tmp_path: Path) -> None:
    """It has a file URI."""
    file = (tmp_path / "acme.yaml").as_posix()
    problem = Diagnostic(Place(file), "empty-spec", "this file is empty")
    document = json.loads(written(Listing({file: ""}, (problem,)), Format.SARIF))
    Draft202012Validator(SARIF).validate(document)

    assert document["runs"][0]["artifacts"] == [{"location": {"uri": f"file://{file}"}}]


# --- the commands ----------------------------------------------------------------------------------------------------


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spec with a warning and one with an error."""
    monkeypatch.chdir(tmp_path)
    for name, code in (("odd", "key-in-query"), ("bad", "unknown-lifecycle")):
        Path(f"{name}.yaml").write_text((HERE.parent / "spec" / "bad_specs" / code / "spec.yaml").read_text())


@pytest.mark.usefixtures("specs")
def test_a_document_is_all_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--format json` or `sarif`, the output is one document and nothing else."""
    assert main(["check", "odd.yaml", "bad.yaml", "--format", "json"]) == 1
    said = capsys.readouterr()
    assert (json.loads(said.out)["errors"], said.err) == (1, "")

    assert main(["check", "odd.yaml", "--format", "sarif"]) == 0
    said = capsys.readouterr()
    assert (len(json.loads(said.out)["runs"][0]["results"]), said.err) == (2, "")


@pytest.mark.usefixtures("specs")
def test_warnings_do_not_fail_unless_strict(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--strict`, warnings have the exit code of errors; otherwise they do not change it."""
    assert main(["check", "odd.yaml"]) == 0
    assert capsys.readouterr().out == "1 spec checked, no error, 2 warnings\n"

    assert main(["check", "odd.yaml", "--strict"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == "bide: 2 warnings in 1 of 1 spec, and --strict does not allow warnings"

    assert main(["generate", "odd.yaml", "--strict"]) == 1
    assert not Path("generated").exists()


@pytest.mark.usefixtures("specs")
def test_github_prints_a_summary_too(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--format github`, commands are on standard output, and the summary is printed as usual."""
    assert main(["check", "bad.yaml", "--format", "github"]) == 1
    said = capsys.readouterr()

    assert said.out.startswith("::error file=bad.yaml,line=29,col=16,title=bide unknown-lifecycle::")
    assert said.err == "bide: 1 problem in 1 of 1 spec\n"


@pytest.mark.usefixtures("specs")
def test_generate_in_a_format(capsys: pytest.CaptureFixture[str]) -> None:
    """`bide generate` prints problems in each format; the list of written files does not mix with a document."""
    assert main(["generate", "odd.yaml", "--format", "json"]) == 0
    said = capsys.readouterr()

    assert json.loads(said.out)["warnings"] == 2
    assert "added    generated/acme/README.md" in said.err
