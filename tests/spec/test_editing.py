"""`bide.spec.editing`: other data for a spec, and the lines of its author."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.importer.parts.draft import Draft
from bide.importer.writing import entry_of, text_of
from bide.spec.document import Json, Path, read
from bide.spec.editing import edited

SPEC = """\
# mine
bide: 1
name: acme  # a remark

jobs:
  # about a
  a: {description: A., submit: {post: /a}}

  # about b
  b:
    description: >
      Two
      lines.
    submit: {post: /b}  # by POST

models:
  M:
    fields:
      id: string
      url?: string # optional
"""


def render(path: Path, value: Json) -> list[str]:
    return entry_of(Draft({}), tuple(map(str, path)), value)


def changed(change: Any) -> tuple[str, Json]:
    """The text of the spec with a change, and the data it should have."""
    data = read("", SPEC).data
    change(data)
    return edited(SPEC, data, render), data


def replaced(old: str, new: str) -> str:
    assert old in SPEC
    return SPEC.replace(old, new)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda data: None, SPEC),
        (lambda data: data.update(name="other"), replaced("name: acme ", "name: other ")),
        (lambda data: data["jobs"]["a"].update(description="B."), replaced("A.,", "B.,")),
        (lambda data: data["jobs"].pop("a"), replaced(SPEC[SPEC.index("  # about a") : SPEC.index("  # about b")], "")),
        (lambda data: data["jobs"]["b"].update(submit=7), replaced("{post: /b}  #", "7  #")),
        (lambda data: data["models"]["M"]["fields"].update({"n?": "number"}), f"{SPEC}      n?: number\n"),
        (lambda data: data.update(title="Acme"), f"{SPEC}\ntitle: Acme\n"),
        (
            lambda data: data["models"]["M"].update(fields={"id?": "string", "url": "text"}),
            replaced("id: string", "id?: string").replace("url?: string #", "url: text #"),
        ),
        (
            lambda data: data["jobs"]["b"].update(description="One."),
            replaced("description: >\n      Two\n      lines.\n", "description: One.\n"),
        ),
    ],
    ids=["nothing", "a value", "in braces", "an entry goes", "to a number", "last", "top", "optional", "a long text"],
)
def test_a_change_touches_its_own_lines_alone(change: Any, text: str) -> None:
    """Comments, blank lines and the rest stay as they were."""
    assert (text, read("", text).data) == changed(change)


_KEYS = st.sampled_from(["a", "b?", "c", "200", "d e"])
_DATA = st.dictionaries(
    _KEYS,
    st.recursive(
        st.sampled_from(["x", "two words", "", "a: b", "7", True, None, 7, 0.5]),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=3),
        max_leaves=12,
    ),
    min_size=1,
)


@given(_DATA, _DATA)
def test_the_edited_text_has_the_wanted_data(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Whatever changes, with Windows' line ends and a byte order mark too."""
    text = text_of(Draft(before), "schema.json", ["A heading."])
    for written in (text, text.replace("\n", "\r\n"), f"\ufeff{text}"):
        found = edited(written, after, render)
        assert after == read("", found).data
        assert written.startswith("\ufeff") == found.startswith("\ufeff")
        assert ("\r\n" in written) == ("\r\n" in found)
