"""Rows of the runtime's tables: values equal to the runtime's defaults are left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

import bide_runtime
import msgspec
import pytest
from bide_runtime.testing.checks.stories import Job
from bide_runtime.testing.checks.streams import EventStream

from bide.emit.python.code import Code
from bide.emit.python.table import DEFAULTS, row

ONLY_IF_SET = {"failed", "own_errors", "content_type", "accept", "reply", "read", "submit"}
"""Fields for which a view passes `None` where the default is right."""

TABLES = ["Call", "ErrorShape", "JobKind", "Lifecycle", "Link", "LongPoll", "Pages", "PollMany", "Polling"]
TABLES += ["Provider", "Rate", "ResultAt", "Secret", "Submission", "SubmitAt", "Variable"]
OF_TESTS: Mapping[str, Any] = {"Job": Job, "EventStream": EventStream}
"""The classes of the tables in generated tests."""


def defaults_of(name: str) -> dict[str, Any]:
    """The default of each field that has one."""
    if name in OF_TESTS:
        return {field.name: field.default for field in fields(OF_TESTS[name]) if field.default is not MISSING}
    found = {}
    for field in msgspec.structs.fields(getattr(bide_runtime, name)):
        if field.default_factory is not msgspec.NODEFAULT:
            found[field.name] = field.default_factory()
        elif not field.required:
            found[field.name] = field.default
    return found


@pytest.mark.parametrize("name", [*TABLES, *OF_TESTS])
def test_defaults_are_left_out(name: str) -> None:
    """A row of nothing but the runtime's defaults is empty."""
    given = {field: value for field, value in defaults_of(name).items() if field not in ONLY_IF_SET}

    assert row(name, given) == f"{name}()"


@pytest.mark.parametrize("name", DEFAULTS)
def test_other_values_are_printed(name: str) -> None:
    """An empty value is printed if the default is not empty, unless the value is `None`."""
    defaults: Mapping[str, Any] = DEFAULTS[name]

    assert DEFAULTS[name].items() <= defaults_of(name).items()
    for field, value in defaults.items():
        assert row(name, {field: type(value)()}) == f"{name}({field}={type(value)()!r})".replace("'", '"')
        assert row(name, {field: None}) == f"{name}()"


def test_a_row_on_lines_of_its_own() -> None:
    """Each field and each entry of a mapping has a line; a nested row is on one line."""
    fields = {"poll": row("Link", {"header": "X"}), "states": {"done": Code("State.FAILED")}, "cancel": None}
    lines = [
        "Lifecycle(",
        '        poll=Link(header="X"),',
        "        states={",
        '            "done": State.FAILED,',
        "        },",
        "    )",
    ]

    assert row("Lifecycle", fields, indent=4) == "\n".join(lines)
