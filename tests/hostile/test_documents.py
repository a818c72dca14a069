"""Any text of a spec stays text in the README, its diagrams and the package's metadata."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bide.emit.render import drafted
from bide.emit.words.markdown import code_span, link, markdown, mermaid, toml
from bide.ir import Provider
from tests.hostile.places import RICH, everywhere, filled, meaning, printed
from tests.hostile.texts import KEPT, MARKDOWN

TEXTS = {name: text for name, text in (KEPT | MARKDOWN).items() if len(text) < 1_000}
DESCRIPTIONS = [("description",), ("jobs", "fetch", "description"), ("operations", "search", "description")]
"""The descriptions in a README, which also has the title and the statuses."""

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ANY_TEXT = st.text(st.sampled_from("\\`*_{}[]<>#|~!&-+=.):/@w1 \n\"'a\u00e9")) | st.text(
    st.characters(exclude_categories=["Cc", "Cs"])
)


def outline(text: str) -> list[tuple[str, str, str]]:
    """The structure of a Markdown text, without its texts."""
    return [step for token in PARSER.parse(text) for step in _steps(token)]


def _steps(token: Token) -> list[tuple[str, str, str]]:
    if token.type == "inline":
        inside = [step for child in token.children or () for step in _steps(child)]
        # Adjacent tokens are one text: an escaped character is a token of its own.
        return [step for index, step in enumerate(inside) if step[0] != "text" or inside[index - 1 : index] != [step]]
    if token.type in ("text", "text_special"):
        return [("text", "", "")]
    return [(token.type, token.tag, str(token.attrs.get("href", "")))]


def said(text: str) -> str:
    """The visible text of one line of Markdown."""
    [block] = [token for token in PARSER.parse(text) if token.type == "inline"] or [Token("inline", "", 0)]
    return "".join(child.content for child in block.children or ())


HARMLESS = printed(RICH)
MERMAID = re.compile(r'    (?:state "[\w .,:/()+#;-]*" as s\d+|(?:\[\*\]|s\d+) --> (?:\[\*\]|s\d+))|stateDiagram-v2')


@cache
def with_text(text: str) -> dict[str, str]:
    """The files of a spec with *text* where a README shows texts, if it is allowed there."""
    data = filled(text, DESCRIPTIONS)
    titled = filled(text, [("title",)], data)
    data = titled if isinstance(meaning(titled), Provider) else data
    with_status = meaning(everywhere("done!", text, data))
    return drafted(with_status) if isinstance(with_status, Provider) else printed(data)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_documents_keep_their_outline(text: str) -> None:
    """README and pyproject.toml have the structure that they have for a harmless spec."""
    files = with_text(text)

    assert outline(files["README.md"]) == outline(HARMLESS["README.md"])
    project, harmless = tomllib.loads(files["pyproject.toml"]), tomllib.loads(HARMLESS["pyproject.toml"])
    assert project | {"project": {**project["project"], "description": ""}} == harmless | {
        "project": {**harmless["project"], "description": ""}
    }


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_diagrams_hold_states_and_arrows(text: str) -> None:
    """No status makes a line of a diagram that is not a state or an arrow."""
    fences = [token for token in PARSER.parse(with_text(text)["README.md"]) if token.info == "mermaid"]
    lines = [line for fence in fences for line in fence.content.splitlines()]

    assert [line for line in lines if not MERMAID.fullmatch(line)] == []
    assert len(fences) == 4


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT)
def test_any_text_is_one_line_of_words(text: str) -> None:
    """Printed as Markdown, a text is one paragraph or one table cell, and nothing else."""
    flat = " ".join(text.split())
    printed = markdown(text)

    assert outline(printed) == (
        [("paragraph_open", "p", ""), ("text", "", ""), ("paragraph_close", "p", "")] * bool(flat)
    )
    assert said(printed) == flat
    table = "| a | b |\n|---|---|\n| {} | {} |\n"
    assert outline(table.format(printed or "x", "x")) == outline(table.format("x", "x"))
    assert not re.search(r"(?i)https?:/|www\.\w", printed)


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT)
def test_spans_links_labels_and_strings_end_where_they_should(text: str) -> None:
    """Code spans, link titles, diagram labels and TOML strings end after their text, not before."""
    assert outline(f"{code_span(text)} x") == outline("`x` x")
    assert outline(link(text, "https://a.example")) == outline("[x](https://a.example)") or not text.split()
    assert outline(link("x", text)) in (outline("x"), outline(f"[x]({text})"))
    assert re.fullmatch(r'"[^"\n%{}]*"', mermaid(text))
    assert tomllib.loads(f"x = {toml(text)}") == {"x": text}


@pytest.mark.parametrize("name", ["`", "a`b`", "|", "<b>", "]", "", "\n# x", "x\n\n# x", "```"])
def test_no_file_name_becomes_markdown(name: str) -> None:
    """The name of a spec's file is code in the README, and nothing else."""
    provider = meaning(RICH)
    assert isinstance(provider, Provider)

    assert outline(drafted(replace(provider, spec_file=name))["README.md"]) == outline(HARMLESS["README.md"])
