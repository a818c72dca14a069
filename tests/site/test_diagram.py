"""The picture of a lifecycle."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from bide.ir import Lifecycle, State
from bide.ir.build import build
from bide.lint import pipeline
from bide.site.diagram import diagram
from tests.acme_spec import TEXT

SVG = "{http://www.w3.org/2000/svg}"


def _usual() -> Lifecycle:
    document = pipeline.examined("acme.yaml", TEXT).document
    assert document is not None
    return build(document).lifecycles[0]


USUAL = _usual()


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    """A lifecycle with any statuses and any transitions between them."""
    words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=50)
    statuses = draw(st.dictionaries(words, st.sampled_from(State), min_size=1, max_size=8))
    several = st.lists(st.sampled_from(list(statuses)), unique=True).map(tuple)
    return replace(USUAL, states=statuses, transitions=draw(st.dictionaries(st.sampled_from(list(statuses)), several)))


@settings(max_examples=40, deadline=None)
@given(lifecycles())
def test_each_status_and_transition_is_in_it(lifecycle: Lifecycle) -> None:
    """Once each, whatever their text is; and nothing else."""
    root = ElementTree.fromstring(diagram(lifecycle))
    boxes = [box for box in root.iter(f"{SVG}g") if "status" in (box.get("class") or "")]
    arrows = [arrow for arrow in root.iter(f"{SVG}path") if arrow.get("class") == "transition"]

    shown = {before: lifecycle.followers(before) for before in lifecycle.states}
    assert sorted(map(_kept, lifecycle.states)) == sorted(box.get("data-status") or "" for box in boxes)
    assert sorted((_kept(before), _kept(after)) for before in shown for after in shown[before]) == sorted(
        (arrow.get("data-from") or "", arrow.get("data-to") or "") for arrow in arrows
    )


@settings(max_examples=40, deadline=None)
@given(lifecycles())
def test_it_is_within_its_bounds(lifecycle: Lifecycle) -> None:
    """Each box is inside of the picture, and no two boxes overlap."""
    root = ElementTree.fromstring(diagram(lifecycle))
    width, height = float(root.get("width") or 0), float(root.get("height") or 0)
    boxes = [
        tuple(float(box.get(name) or 0) for name in ("x", "y", "width", "height")) for box in root.iter(f"{SVG}rect")
    ]

    for x, y, wide, high in boxes:
        assert x >= 0
        assert y >= 0
        assert x + wide <= width
        assert y + high <= height
    assert len({(x, y) for x, y, _, _ in boxes}) == len(lifecycle.states)


def test_the_same_lifecycle_makes_the_same_picture() -> None:
    """Byte for byte."""
    assert diagram(_usual()) == diagram(_usual())


def _kept(status: str) -> str:
    """A status as XML can hold it."""
    return status.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
