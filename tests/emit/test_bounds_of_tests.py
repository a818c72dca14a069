"""The values that generated tests expect to be refused."""

from __future__ import annotations

from bide.emit.render import render
from bide.lint.pipeline import read_spec

SPEC = """
bide: 1
name: acme
title: Acme
class: Acme
description: Changes settings.
docs: https://acme.example
base_url: https://api.acme.example
auth: {header: X-Key, env: ACME_API_KEY}
operations:
  change:
    description: Change the settings.
    put: /settings
    query: {within: {type: integer, min: 1}}
    body: Settings
    returns: any
  read: {description: Read the settings., get: /settings, returns: REPLY}
models:
  Settings: {description: The settings., fields: {most: {type: integer, min: 0}}}
  Limits: {description: Limits., fields: {least: integer}}
"""


def row(reply: str, argument: str) -> str:
    """The line of an argument in the tables of the tests."""
    spec = SPEC.replace("REPLY", reply)
    lines = render(read_spec("acme.yaml", spec))["tests/spec.py"].splitlines()
    return next(line.strip() for line in lines if f'Argument("{argument}"' in line)


def test_bounds_of_a_body_are_tested() -> None:
    """The client refuses what is out of them."""
    assert "v.integer(min=0)" in row("Limits", "most")


def test_bounds_of_a_body_that_replies_have_too_are_not_tested() -> None:
    """The model takes any value there, as a later version of the provider may send it; a query is checked as ever."""
    assert "v.integer()" in row("Settings", "most")
    assert "v.integer(min=1)" in row("Settings", "within")
