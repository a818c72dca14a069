"""Text of strangers cannot hide anything, and answers are never too large."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from bide_runtime.apps.catalog.calling import client_class
from bide_runtime.apps.catalog.catalog import Catalog
from bide_runtime.apps.mcp.answers import UNTRUSTED, Answers
from bide_runtime.apps.mcp.kept import Kept
from bide_runtime.apps.mcp.text import LIMIT, Cleaner, cut, portable
from hypothesis import given
from hypothesis import strategies as st

from bide.simulator import Simulator
from tests.runtime.apps.mcp.host import KEY, connected, mill, run, served

TEXTS = st.text(st.characters(codec=None), max_size=50)
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of characters that nobody sees."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inside: st.lists(inside, max_size=5) | st.dictionaries(TEXTS, inside, max_size=5),
)


@pytest.fixture
def cleaner(folder: Path) -> Cleaner:
    return Cleaner(Catalog.of("mill_client"))


@given(TEXTS)
def test_nothing_is_hidden(text: str) -> None:
    """Every character that is left can be seen, or is a line break, a tab, or a space."""
    found = Cleaner(_NONE).text(text)

    assert not {char for char in found if category(char) in HIDDEN} - {"\n", "\t"}
    assert Cleaner(_NONE).text(found) == found
    found.encode()


@given(JSON)
def test_every_value_can_be_sent(value: Any) -> None:
    """It is strict JSON."""
    json.dumps(Cleaner(_NONE).value(value), allow_nan=False).encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("left\u202eright", "left\\u202eright"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("tag\U000e0049", "tag\\U000e0049"),
        ("selector\U000e0101", "selector\\U000e0101"),
        ("half \ud800", "half \\ud800"),
        ("two\r\nlines\tand\u2028more", "two\nlines\tand\\u2028more"),
        ("日本　語 é ñ", "日本　語 é ñ"),
        (f"Your key is {KEY}.", "Your key is [secret]."),
    ],
)
def test_what_is_made_of_text(text: str, shown: str, cleaner: Cleaner) -> None:
    """Lines, and the letters of all languages, stay as they are."""
    assert cleaner.text(text) == shown


@given(st.lists(st.text(max_size=10), max_size=5), st.integers(0, 100_000), st.integers(0, 3000))
def test_what_is_too_long_is_cut(texts: list[str], length: int, items: int) -> None:
    """What is left is of the same shape, and within the limit."""
    value = {"text": "x" * length, "list": [{"a": each, "b": [1, 2]} for each in texts] * (items // 5), "n": 5}
    found = cut(value, lambda each: len(json.dumps(each)))

    assert found is not None
    assert len(json.dumps(found)) <= LIMIT
    assert found.keys() == value.keys()
    assert all(each.keys() == {"a", "b"} for each in found["list"])


def test_a_token_is_never_changed(folder: Path) -> None:
    """Also if the provider's part of it is not ASCII: what a model passes back resumes the job."""
    client = client_class(Catalog.of("mill_client"), is_async=True)(base_url="http://127.0.0.1:1")
    for token in (client.grind.attach("é日本").token, client.grind.attach("j1").token):
        found = portable(token)
        assert found.isascii()
        assert Cleaner(_NONE).text(found) == found
        assert client.resume(found).token == token


def test_a_large_result_is_cut(folder: Path) -> None:
    """The whole is a resource, which is also a private file; hidden characters are made visible in both."""
    name = "\x1b[2J\u202e" + "flour " * 20_000

    async def main() -> None:
        async with served("mill_client", simulator.url) as server, connected(server) as client:
            await client.list_tools()
            answer = await client.call_tool("grind", {"name": name})
            preface, text, link = answer.content
            assert len(text.text) < LIMIT
            assert json.loads(text.text) == answer.structured_content
            assert "more characters]" in answer.structured_content["result"]["name"]
            assert link.uri in preface.text
            assert answer.meta[UNTRUSTED]
            assert text.meta[UNTRUSTED]
            [content] = (await client.read_resource(link.uri)).contents
            assert json.loads(content.text)["result"]["name"] == name.replace("\x1b", "\\x1b").replace(
                "\u202e", "\\u202e"
            )
            assert content.meta[UNTRUSTED]
            path = Path(preface.text.partition("the file ")[2].partition(" on this")[0])
            assert path.parent.stat().st_mode & 0o077 == 0
            assert path.read_text() == content.text
        assert not path.exists()

    with Simulator(mill(), key=KEY, scenarios="- scenario: duration=0.05") as simulator:
        run(main)


def test_what_cannot_be_cut_is_left_out(folder: Path) -> None:
    """Of a job, state and token stay; an operation has only the link."""
    catalog = Catalog.of("mill_client")
    kept = Kept()
    answers = Answers(catalog, kept, Cleaner(catalog))
    many = {str(first): {str(second): second for second in range(150)} for first in range(150)}
    job = answers.value("grind", {"state": "succeeded", "job": "t", "result": many})
    operation = answers.value("weigh", many)

    assert (job.is_error, job.structured_content) == (False, {"state": "succeeded", "job": "t"})
    assert (operation.is_error, operation.structured_content) == (True, None)
    for answer in (job, operation):
        link: Any = answer.content[-1]
        found: Any = kept.read(link.uri)
        assert len(found.text) > LIMIT
    kept.close()


class _Nothing:
    secrets = ()


_NONE: Any = _Nothing()
