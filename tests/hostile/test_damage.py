"""Damaged specs, and any YAML, give diagnostics or a package, and nothing else."""

from __future__ import annotations

import copy
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bide.emit.render import drafted
from bide.ir.build import build
from bide.lint.pipeline import checked
from bide.spec.diagnostics import SpecError
from bide.spec.document import Json
from tests.hostile.places import shape
from tests.hostile.texts import KEPT, MARKDOWN, NAMES

REPOSITORY = Path(__file__).parents[2]
FILES = [*(REPOSITORY / "specs").glob("*.yaml"), *(REPOSITORY / "tests" / "providers").glob("*/spec.yaml")]
TEXTS = [file.read_text(encoding="utf-8") for file in sorted(FILES)]
DATA: dict[str, Json] = {spec["name"]: spec for spec in (yaml.load(text, yaml.CSafeLoader) for text in TEXTS)}
WORDS = [text for text in (*KEPT.values(), *MARKDOWN.values(), *NAMES) if len(text) < 200]
VALUES: list[Json] = [None, True, False, 0, -1, 1.5, 10**17, [], {}, [[]], {"": ""}, "", "string", "list of any", "5m"]


def tried(text: str) -> None:
    """Run a spec through the pipeline. Every file of a valid one must be Python."""
    try:
        document, found = checked("damaged.yaml", text)
    except SpecError as refusal:
        document, found = None, refusal.diagnostics
    assert document or found
    assert all(one.message and one.code and one.place.line >= 1 for one in found)
    for name, module in drafted(build(document)).items() if document else ():
        if name.endswith(".py"):
            shape(module)


def holders(node: Json) -> list[Json]:
    """Every mapping and list in a spec that is not empty."""
    inside = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    return [*([node] if inside else []), *(found for one in inside for found in holders(one))]


def damaged(data: Json, jitter: Random) -> Json:
    """The spec with something dropped, swapped, duplicated, renamed, or of another type."""
    data = copy.deepcopy(data)
    for _ in range(jitter.choice([1, 1, 2, 4])):
        there = holders(data)
        holder, other = jitter.choice(there), jitter.choice(there)
        key = jitter.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        match jitter.randrange(6):
            case 0:
                del holder[key]
            case 1:
                holder[key] = jitter.choice(VALUES)
            case 2:
                holder[key] = jitter.choice(WORDS)
            case 3:
                holder[key] = copy.deepcopy(other)
            case 4 if isinstance(holder, dict):
                holder[jitter.choice(WORDS)] = holder.pop(key)
            case _ if isinstance(holder, dict):
                holder[f"{key}2"] = copy.deepcopy(holder[key])
            case _:
                holder.append(copy.deepcopy(holder[key]))
    return data


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("seed", range(12))
def test_damaged_specs(name: str, seed: int) -> None:
    """A damaged spec is refused with reasons, or still gives a package."""
    tried(yaml.dump(damaged(DATA[name], Random(f"{name} {seed}")), Dumper=yaml.CSafeDumper, allow_unicode=True))


@pytest.mark.parametrize("seed", range(12))
def test_damaged_text(seed: int) -> None:
    """The same with characters lost, duplicated or moved."""
    jitter = Random(seed)
    text = jitter.choice(TEXTS)
    for _ in range(jitter.choice([1, 2, 5])):
        start, end = sorted(jitter.randrange(len(text)) for _ in range(2))
        end = min(end, start + 40)
        text = text[:start] + jitter.choice(["", text[start:end] * 2, *WORDS]) + text[end:]
    tried(text)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=30, deadline=None)
@given(ANYTHING)
def test_any_yaml(value: Json) -> None:
    """Any value is a spec or is refused with reasons."""
    tried(yaml.safe_dump(value, allow_unicode=True))
