"""Values of recursive models end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import pytest
from bide_runtime.models.model import Model
from bide_runtime.testing.checks.values import bodies_of
from bide_runtime.testing.fake.bodies import fits, made_up
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Meta


class Leaf(Model):
    """A model that ends."""

    value: int


class Not(Model):
    """A model with itself or a value inside."""

    inside: Not | bool


class Both(Model):
    """A model with two of itself or of values inside."""

    parts: Annotated[Sequence[Both | bool | None], Meta(min_length=2)]
    end: Leaf
    more: Sequence[Both] = ()


class Pair(Model):
    """A model that always has two others inside."""

    one: Not
    other: Both | None


@pytest.mark.parametrize("model", [Not, Both, Pair])
@given(st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_bodies_of_recursive_models_end(model: Any, data: st.DataObject) -> None:
    """They are drawn, and a client can decode them."""
    assert fits(model, data.draw(bodies_of(model)))


def test_the_placeholder_of_a_recursive_model_ends() -> None:
    """It has at most one level more than it needs."""
    assert made_up(Not) == {"inside": {"inside": False}}
    assert fits(Pair, made_up(Pair))
