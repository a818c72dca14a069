"""Long lines are broken as black breaks them; black itself runs only where that is not certain."""

from __future__ import annotations

import black
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bide.emit.python.code import literal
from bide.emit.python.layout import laid_out

_MODE = black.Mode(line_length=120, target_versions={black.TargetVersion.PY311})

_NAMES = st.sampled_from(
    ["a", "url", "State.FAILED", "models.ScrapeBatchRequest", "session_identifier", "v", "-1", "2.5"]
)
_TEXTS = st.text(st.sampled_from("ab,:=([{ '\"\\漢é\n"), max_size=25) | st.text("wide ", min_size=20, max_size=130)
_ATOMS = _NAMES | _TEXTS.map(literal)


def _rows(items: st.SearchStrategy[str], most: int = 6) -> st.SearchStrategy[list[str]]:
    return st.lists(items, max_size=most)


def _long_poll_until(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    functions = st.sampled_from(["f", "v.list_of", "models.CrawlRequest", "self._jobs"])
    arguments = st.tuples(st.sampled_from(["", "", "name=", "is_optional="]), inside).map("".join)
    calls = st.tuples(functions, _rows(arguments)).map(lambda call: f"{call[0]}({', '.join(call[1])})")
    subscripts = st.tuples(st.sampled_from(["Job", "models.X"]), st.lists(_NAMES, min_size=1, max_size=3)).map(
        lambda taken: f"{taken[0]}[{', '.join(taken[1])}]"
    )
    tuples = _rows(inside).map(lambda row: f"({row[0]},)" if len(row) == 1 else f"({', '.join(row)})")
    lists = _rows(inside).map(lambda row: f"[{', '.join(row)}]")
    keys = _TEXTS.map(literal) | st.sampled_from(["models.Page", '("body", "url")', "404"])
    tables = _rows(st.tuples(keys, inside).map(": ".join)).map(lambda row: f"{{{', '.join(row)}}}")
    sums = st.tuples(_TEXTS.map(literal) | calls, calls).map(" + ".join)
    return calls | subscripts | tuples | lists | tables | sums


_VALUES = st.recursive(_ATOMS, _long_poll_until, max_leaves=25)
_PLACES = st.sampled_from(
    [
        "NAME = {}\n",
        'VALUES["Page"] = {}\n',
        "class A:\n    def __init__(self) -> None:\n        self.crawl: FakeJobs[models.CrawledSite] = {}\n",
        "class A:\n    def run(self) -> None:\n        _body = {}\n",
        "JOBS = [\n    Job(\n        name={},\n        last=1,\n    ),\n]\n",
        "TABLE = {{\n    models.Page: {},\n    models.Other: 1,\n}}\n",
        "CALLS = (\n    [\n        {},\n    ],\n)\n",
    ]
)


@given(_PLACES, _VALUES)
@settings(max_examples=200)
@example("x = {}\n", 'f("' + "a" * 200 + '")')
def test_a_line_is_broken_as_black_breaks_it(place: str, value: str) -> None:
    """For all names, literals, calls and displays that are printed, at any place."""
    text = place.format(value)

    assert laid_out(text) == black.format_str(text, mode=_MODE)


def test_a_statement_is_passed_to_black_as_a_whole() -> None:
    """Also if some of its lines were already broken."""
    known, unknown = f'f({", ".join(["argument"] * 20)})', f"[each for each in {'a' * 120}]"
    text = f"class A:\n    JOBS = [\n        {known},\n        {unknown},\n        {known},\n    ]\n"

    assert laid_out(text) == black.format_str(text, mode=_MODE)


@pytest.mark.parametrize("line", ["def run(self) -> Job[{}]:", "def run({}) -> None:"])
def test_the_first_line_of_a_body_is_broken_alone(line: str) -> None:
    """The body of a function or a class is unchanged."""
    opening = line.format(", ".join(["Argument"] * 20))
    text = f"class A:\n    {opening}\n        return  1\n"

    assert laid_out(text).replace("return  1", "return 1") == black.format_str(text, mode=_MODE)
    assert "return  1" in laid_out(text)


def test_docstrings_and_comments_are_never_broken() -> None:
    """Also if they look like code."""
    call = f"f({'a' * 150})"
    text = f'class A:\n    """{call}\n\n    {call}\n    """\n\n    # {call}\n    x = 1\n'

    assert laid_out(text) == text == black.format_str(text, mode=_MODE)
