"""No change of a package is missed: any single edit of a spec is reported, or gives the same package."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bide.differ.comparing import compared
from bide.differ.version import Version
from bide.emit.render import render
from bide.ir.build import build
from bide.lint import pipeline
from bide.spec import document as source
from bide.spec.diagnostics import SpecError
from tests.differ.edits import Edit, edits

REPOSITORY = Path(__file__).parents[2]
SPECS = sorted(
    [
        *(REPOSITORY / "specs").glob("*.yaml"),
        *(REPOSITORY / "tests" / "authored").glob("*.yaml"),
        *(REPOSITORY / "tests" / "providers").glob("*/spec.yaml"),
        REPOSITORY / "tests" / "hostile" / "rich.yaml",
    ]
)


def name_of(path: Path) -> str:
    return path.parent.name if path.stem == "spec" else path.stem


def version(text: str) -> Version:
    document, _ = pipeline.checked("spec.yaml", text)
    return Version(document, build(document))


@dataclass
class Prepared:
    """A spec to edit."""

    data: Any
    numeric: bool
    """Whether it has enums of numbers, whose keys have no quotes."""
    edits: list[Edit]

    def written(self, data: Any) -> str:
        text = json.dumps(data, indent=0)
        return re.sub(r'^"(-?\d+)":', r"\1:", text, flags=re.MULTILINE) if self.numeric else text

    @cached_property
    def version(self) -> Version:
        return version(self.written(self.data))

    def edited(self, edit: Edit) -> Version | None:
        """The version after an edit; `None` if it is no valid spec."""
        try:
            return version(self.written(edit.apply(self.data)))
        except SpecError:
            return None


@cache
def prepared(path: Path) -> Prepared:
    document = source.read("spec.yaml", path.read_text("utf-8"))
    numeric = any(at[0] == "enums" for at in document.numbers)
    return Prepared(document.data, numeric, list(edits(document.data)))


@pytest.mark.parametrize("path", SPECS, ids=name_of)
def test_a_spec_does_not_differ_from_itself(path: Path) -> None:
    """Nor from the same spec in another file."""
    text = path.read_text("utf-8")
    document, _ = pipeline.checked("other.yaml", text)

    assert compared(version(text), Version(document, build(document))) == []


@pytest.mark.parametrize("path", SPECS, ids=name_of)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(choice=st.data())
def test_an_edit_is_reported_or_has_no_effect(path: Path, choice: st.DataObject) -> None:
    """If nothing is reported, every byte of the package is the same; and it is the same in both directions."""
    spec = prepared(path)
    edit = choice.draw(st.sampled_from(spec.edits))
    old, new = spec.version, spec.edited(edit)
    assume(new is not None)
    assert new is not None
    found = compared(old, new)

    assert bool(found) == bool(compared(new, old))
    if not found:
        assert render(old.provider) == render(new.provider), str(edit)
