"""`bide.importer.updating`: a spec, what the last import wrote, and what the document says now."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.importer.updating import MISSING, Conflict, Update, renamed, renames, updated


def merged(before: Any, mine: Any, theirs: Any, *, document_wins: bool = False) -> Update:
    """The merge of three versions of an entry, each inside of a spec; `None` is none."""
    specs = [{"models": {} if each is None else {"entry": each}} for each in (before, mine, theirs)]
    return updated(specs[0], specs[1], specs[2], lambda _: document_wins)


@pytest.mark.parametrize(
    ("before", "mine", "theirs", "result", "told"),
    [
        (1, 1, 1, 1, ""),
        (1, 1, 2, 2, "changed"),
        (1, 2, 1, 2, "kept"),
        (1, 2, 2, 2, ""),
        (1, 1, None, None, "removed"),
        (1, None, 1, None, "kept"),
        (None, None, 2, 2, "added"),
        (None, 2, None, 2, "kept"),
        (1, 2, 3, 2, "conflicts"),
        (1, 2, None, 2, "conflicts"),
        (1, None, 2, None, "conflicts"),
        (None, 1, 2, 1, "conflicts"),
        (["a", "b"], ["a", "b", "mine"], ["b", "new"], ["b", "mine", "new"], "changed"),
    ],
)
def test_the_side_that_changed_wins(before: Any, mine: Any, theirs: Any, result: Any, told: str) -> None:
    """Where both changed, it is a conflict, and the author's stays unless the answer is another."""
    update = merged(before, mine, theirs)

    assert result == update.data["models"].get("entry")
    assert told in (
        "",
        *[name for name in ("added", "changed", "removed", "kept", "conflicts") if getattr(update, name)],
    )
    assert bool(update.conflicts) == (told == "conflicts")
    if update.conflicts:
        assert theirs == merged(before, mine, theirs, document_wins=True).data["models"].get("entry")


def test_a_field_may_become_optional() -> None:
    """Its spelling, `name` or `name?`, is merged apart from its type, and its place stays."""
    before = {"id": "string", "url": "string", "size?": "integer"}
    mine = {"url": "string", "id": "text", "size?": "integer"}
    theirs = {"id": "string", "url?": "string", "size": "integer"}

    update = merged(before, mine, theirs)
    assert [("url?", "string"), ("id", "text"), ("size", "integer")] == [*update.data["models"]["entry"].items()]
    assert not update.conflicts


def test_without_the_last_import_the_author_wins() -> None:
    """What is new comes in; texts are the author's; other differences are conflicts."""
    mine = {"title": "Mine", "models": {"A": {"fields": {"x": "string"}}}}
    theirs = {"title": "Theirs", "models": {"A": {"fields": {"x": "integer", "y": "string"}}}}

    update = updated(MISSING, mine, theirs, lambda _: False)
    assert {"title": "Mine", "models": {"A": {"fields": {"x": "string", "y": "string"}}}} == update.data
    assert [Conflict(("models", "A", "fields", "x"), MISSING, "string", "integer")] == update.conflicts


def test_what_is_new_comes_after_what_it_follows() -> None:
    """Also if the author has another order."""
    update = merged({"a": 1, "b": 1}, {"b": 1, "a": 1, "mine": 1}, {"a": 1, "new": 1, "b": 1, "last": 1})
    assert ["b", "last", "a", "new", "mine"] == [*update.data["models"]["entry"]]


def test_names_of_the_author_stay() -> None:
    """Jobs are known by their submits, lifecycles and types by where they are used."""
    theirs = {
        "jobs": {
            "make": {
                "submit": {"post": "/a/{id}", "returns": "Reply", "body": "list of Part or null"},
                "lifecycle": "make",
                "result": "Reply",
            },
            "other": {"submit": {"post": "/b"}, "lifecycle": "make", "result": "Reply"},
        },
        "lifecycles": {"make": {"poll": {"get": "/Reply/{job_id}"}}},
        "enums": {"Kind": {"values": {"Reply": "Reply"}}},
        "models": {"Reply": {"description": "A Reply.", "fields": {"kind": "Kind"}}, "Part": {"fields": {}}},
    }
    mine = {
        "jobs": {
            "film": {
                "submit": {"post": "/a/{maker}", "returns": "Film", "body": "list of Scene or null"},
                "lifecycle": "watch",
                "result": "Film",
            }
        },
        "lifecycles": {"watch": {}},
        "enums": {"Genre": {}},
        "models": {"Film": {"fields": {"kind?": "Genre or null"}}, "Scene": {}},
    }

    found = renamed(theirs, renames(theirs, mine))
    assert {"film", "other"} == found["jobs"].keys()
    assert {"submit": {"post": "/b"}, "lifecycle": "watch", "result": "Film"} == found["jobs"]["other"]
    assert "list of Scene or null" == found["jobs"]["film"]["submit"]["body"]
    assert {"watch": {"poll": {"get": "/Reply/{job_id}"}}} == found["lifecycles"]
    assert {"Film": {"description": "A Reply.", "fields": {"kind": "Genre"}}, "Scene": {"fields": {}}} == found[
        "models"
    ]
    assert {"Genre": {"values": {"Reply": "Reply"}}} == found["enums"]


_KEYS = st.sampled_from(["a", "b?", "c"])
_SPECS = st.dictionaries(
    _KEYS,
    st.recursive(
        st.sampled_from(["x", "y", 1, True]),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=3),
        max_leaves=8,
    ),
)


@given(_SPECS, _SPECS)
def test_one_side_alone_has_no_conflict(before: dict[str, Any], after: dict[str, Any]) -> None:
    """If only the author changed something, the spec stays; if only the document did, the spec is what it says."""
    kept = updated(copy.deepcopy(before), after, before, lambda _: False)
    taken = updated(copy.deepcopy(before), before, after, lambda _: False)

    assert (after, []) == (kept.data, kept.conflicts)
    assert (after, []) == (taken.data, taken.conflicts)
    assert not updated(before, after, after, lambda _: False).conflicts
