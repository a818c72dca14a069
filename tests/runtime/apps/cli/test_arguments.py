"""The options of a command become the arguments of the call: the same request as from Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from bide_runtime.apps.catalog.catalog import Catalog
from bide_runtime.apps.cli.jobs import JobGroup
from bide_runtime.apps.cli.options import values_of

FETCH = ("fetch", "submit", "--url", "https://example.com")


def body_of(simulator: Any) -> Any:
    """The arguments of the only job, as the simulator got them."""
    [job] = simulator.state()["jobs"]
    return {name: value for name, value in job["arguments"].items() if name != "kind"}


def test_options_have_the_types_of_the_spec(shell_of: Any) -> None:
    """Switches, numbers, choices, lists by repeating, and objects as JSON."""
    words = [
        *("--render-js", "--no-use-proxy", "--device", "mobile", "--timeout-ms", "5000"),
        *("--output", "html", "--output", "markdown", "--session", '{"id": "s1"}'),
    ]
    with shell_of("scrapio") as (shell, _):
        ended = shell(*FETCH, *words)
        catalog = Catalog.of(shell.package)
        command = JobGroup(catalog, catalog.jobs["fetch"]).get_command(click.Context(click.Command("x")), "submit")
        assert command is not None
        given = command.make_context("submit", [*FETCH[2:], *words]).params

    assert 0 == ended.code, ended.err
    assert values_of(catalog.jobs["fetch"], given) == {
        "url": "https://example.com",
        "render_js": True,
        "use_proxy": False,
        "device": "mobile",
        "timeout_ms": 5000,
        "output": ["html", "markdown"],
        "session": {"id": "s1"},
    }


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--device", "tv"), "'tv' is not one of 'desktop', 'mobile', 'tablet'"),
        (("--timeout-ms", "0"), "0 is not in the range 1<=x<=300000"),
        (("--session", "{"), "this is not JSON"),
        (("--session", "@missing.json"), "missing.json cannot be read: No such file or directory"),
        (("--input", "missing.json"), "missing.json cannot be read"),
        (("--colour", "red"), "No such option"),
    ],
)
def test_a_wrong_option_is_named(words: tuple[str, ...], says: str, shell_of: Any) -> None:
    """The exit code is 2, nothing is sent, and the message says which option and what it may be."""
    with shell_of("scrapio") as (shell, simulator):
        ended = shell(*FETCH, *words)
        state = simulator.state()

    assert 2 == ended.code
    assert says in ended.err
    assert "see: scrapio fetch submit --help" in ended.err
    assert [] == state["jobs"]


def test_a_missing_argument_is_named_as_an_option(shell_of: Any) -> None:
    """All that are missing, in one message."""
    with shell_of("scrapio") as (shell, _):
        ended = shell("fetch", "run")

    assert 2 == ended.code
    assert "error: --url must be given" in ended.err


def test_all_arguments_at_once(shell_of: Any, tmp_path: Path) -> None:
    """`--input` is a JSON object in a file or on standard input; options replace its values."""
    given = {"url": "https://a.example", "device": "tablet"}
    file = tmp_path / "in.json"
    file.write_text(json.dumps(given))
    for words, stdin in ((("--input", str(file)), ""), (("-i", "-"), json.dumps(given))):
        with shell_of("scrapio") as (shell, simulator):
            assert 0 == shell("fetch", "submit", *words, "--device", "mobile", stdin=stdin).code
            assert body_of(simulator) == {"url": "https://a.example", "device": "mobile"}


@pytest.mark.parametrize("text", ["[]", '"text"', "nope", "1"])
def test_input_that_is_no_object_is_refused(text: str, shell_of: Any) -> None:
    """With what it must be."""
    with shell_of("scrapio") as (shell, _):
        ended = shell("fetch", "submit", "--input", "-", stdin=text)

    assert 2 == ended.code
    assert "JSON" in ended.err


def test_text_comes_from_a_file_or_standard_input(shell_of: Any, tmp_path: Path) -> None:
    """`@FILE` and `-`; a text that begins with @ is written with two."""
    (tmp_path / "words.txt").write_text("from a file", "utf-8")
    for value, stdin, sent in (
        (f"@{tmp_path / 'words.txt'}", "", "from a file"),
        ("-", "from a pipe", "from a pipe"),
        ("@@home", "", "@home"),
    ):
        with shell_of("scrapio") as (shell, simulator):
            assert 0 == shell("search", "submit", "--query", value, stdin=stdin).code
            assert sent == body_of(simulator)["query"]


def test_our_options_give_way_to_those_of_the_provider(shell_of: Any) -> None:
    """Its argument `output` is `--output`, and ours is `--cli-output`, or `-o` in any case."""
    with shell_of("scrapio") as (shell, simulator):
        ended = shell("fetch-inline", "--url", "https://example.com", "--output", "html", "--cli-output", "jsonl")
        short = shell("fetch-inline", "--url", "https://example.com", "-o", "jsonl")
        usual = shell("fetch", "status", "fetch_1", "--output", "jsonl")

    assert (0, 0) == (ended.code, short.code)
    assert 1 == len(ended.out.splitlines()) == len(short.out.splitlines())
    assert "No such option" not in usual.err
    assert simulator is not None


def test_an_upload_is_a_file_or_standard_input(shell_of: Any, tmp_path: Path) -> None:
    """A path, also with @ in front, and - for standard input; a file that is not there is named."""
    file = tmp_path / "clip.bin"
    file.write_bytes(b"\x00\x01")
    for value, stdin, code in ((str(file), b"", 0), (f"@{file}", b"", 0), ("-", b"\x00", 0), ("no.bin", b"", 2)):
        with shell_of("scriptorium") as (shell, _):
            ended = shell("count-file", "--id", "1", "--body", value, stdin=stdin)
        assert code == ended.code, ended.err


def test_a_duration_has_a_unit_or_is_in_seconds(shell_of: Any) -> None:
    """And anything else is refused."""
    with shell_of("scrapio", scenarios="- scenario: succeed; duration=1") as (shell, _):
        codes = [
            shell("fetch", "run", "--url", "x", "-t", text).code for text in ("40", "5000ms", "2m", "none", "soon")
        ]

    assert [0, 0, 0, 0, 2] == codes


def test_a_value_for_our_option_says_what_that_is_called(shell_of: Any) -> None:
    """If the provider has an argument with the name of an option of ours, its message names ours."""
    with shell_of("scrapio") as (shell, _):
        ended = shell("fetch", "run", "--url", "https://example.com", "--output", "table")

    assert 2 == ended.code
    assert "this is the provider's argument, ours is --cli-output" in ended.err


def test_an_id_takes_what_its_polls_need_beside_it(shell_of: Any) -> None:
    """Also where the provider's name for that is no name of an option, as that of a field in a field."""
    with shell_of("foundry") as (shell, _):
        token = shell("pour", "submit", "--shape", "x").json
        found = shell("pour", "status", token["id"], "--ladle-id", token["values"]["ladle.id"])

    assert 0 == found.code, found.err
    assert token["id"] == found.json["job"]
