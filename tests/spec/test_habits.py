"""Habits of authors, from OpenAPI, JSON Schema or older YAML: the help says what to write instead."""

from __future__ import annotations

import pytest

from bide.lint.pipeline import examined
from bide.spec import document as source
from bide.spec.shape import schema
from tests.acme_spec import FILE, changed, said

FIELD = "url: {type: string, description: The address., max_length: 2000}"
MODEL = "  SubmitReply:\n    fields: {job_id: string, status: JobStatus}\n"

CASES = [
    (FIELD, "url: {type: string, required: true}", 'a field is required unless its name ends with "?"'),
    (FIELD, "url: {type: string, nullable: true}", 'put "or null" after the type, as in "string or null"'),
    (FIELD, "url: {type: string, optional: true}", 'put a "?" after the name of the field'),
    (FIELD, "url: {type: string, enum: [a, b]}", "declare the values under enums"),
    (FIELD, "url: {type: integer, minimum: 1}", 'use "min"'),
    (FIELD, "url: {$ref: '#/components/schemas/Url'}", "write the name of the model as the type"),
    (FIELD, "url: {type: [string]}", 'write it as "list of string"'),
    (FIELD, "url: {type: [string, 'null']}", 'write it as "string or null"'),
    (FIELD, "url: {type: string, secret: yes}", "write true: yes is text in YAML 1.2"),
    ("{header: X-API-Key,", "{bearer: yes,", "write true: yes is text in YAML 1.2"),
    (MODEL, "  SubmitReply: {properties: {job_id: string}}\n", 'use "fields"'),
    (MODEL, "  SubmitReply: {fields: {job_id: string}, required: [job_id]}\n", "a field is required unless"),
    (MODEL, "  SubmitReply: {type: object, fields: {job_id: string}}\n", "remove it: a model is an object"),
    ("      timeout: 5m\n", "      timeout: 600\n", "add its unit, as in 600s; the units are ms, s, m, h and d"),
    ("      timeout: 5m\n", '      timeout: "600"\n', "add its unit, as in 600s; the units are ms, s, m, h and d"),
    ("      min_interval: 1s\n", "      min_interval: 0.5\n", "add its unit, as in 0.5s"),
    ("    polling: {interval: 15s..30s}\n", "    polling: {interval: 15}\n", "add its unit, as in 15s"),
    ("rate_limit: 60/min\n    examples", "rate_limit: 60\n    examples", "write it like 60/min"),
    (
        "job_id: job_id\n",
        'job_id: {field: job_id, template: "https://{host}/jobs/{job_id}?v=2"}\n',
        'only {job_id} may be in it: write the end of the text, as in "/jobs/{job_id}?v=2"',
    ),
]


@pytest.mark.parametrize(("old", "new", "help_"), CASES, ids=[case[1].strip() for case in CASES])
def test_a_habit_has_a_help(old: str, new: str, help_: str) -> None:
    """One problem, and its help says what to write instead."""
    [found] = schema.check(source.read(FILE, changed((old, new))))

    assert help_ in found.help, said(found)


def test_true_is_not_corrected_to_false() -> None:
    """For a key that can only be `true`."""
    [found] = schema.check(source.read(FILE, changed(("{header: X-API-Key,", "{bearer: no,"))))

    assert found.help == ""


def test_stateless_statuses_are_one_problem() -> None:
    """A status without a state is reported once, and not for each transition and example that has it."""
    states = "      running: running\n      completed: succeeded\n      partial: partial\n"
    found = [said(problem) for problem in examined(FILE, changed((states, ""))).problems]

    assert [problem for problem in found if "missing-state" in problem or "-status" in problem] == [
        '134:5 missing-state: the statuses "running", "completed" and "partial" of JobStatus have no state'
        " (map each to a state: pending, running, succeeded, partial, failed, cancelled, expired)"
    ]


def test_unused_parts_behind_an_error_are_not_reported() -> None:
    """A model is not unused if the type that should refer to it is wrong."""
    found = examined(FILE, changed(("action?: Action,", "action?: 'Action[]',"))).problems

    assert [problem.code for problem in found] == ["unknown-type"]


def test_a_wrong_pointer_lists_the_fields() -> None:
    """At most the first 12."""
    many = "".join(f"      f{number:02}?: string\n" for number in range(20))
    text = changed(("      credits_used?: number\n", f"      credits_used?: number\n{many}"))
    text = text.replace("progress: {done: progress.completed", "progress: {done: zzzz")
    [found] = [problem for problem in examined(FILE, text).problems if problem.code == "unknown-pointer"]

    assert found.help.startswith("allowed here: credits_used, error, f00, ")
    assert found.help.endswith(" and 16 more")
