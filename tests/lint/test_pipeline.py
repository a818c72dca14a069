"""From text to a provider, or to all problems, and nothing else."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bide import ir
from bide.lint.pipeline import checked, read_spec
from bide.spec import document as source
from bide.spec.diagnostics import Diagnostic, SpecError
from bide.spec.document import PROBLEM_LIMIT
from bide.spec.starter import completed, written
from tests.acme_spec import FILE, TEXT, changed


def problems(text: str) -> list[Diagnostic]:
    """The problems; empty for a valid spec."""
    try:
        provider = read_spec(FILE, text)
    except SpecError as error:
        return error.diagnostics or pytest.fail("a spec was refused without a reason")
    return [] if isinstance(provider, ir.Provider) else pytest.fail("no provider")


def codes(text: str) -> list[str]:
    return [problem.code for problem in problems(text)]


def test_a_valid_spec() -> None:
    """It has a meaning, and always the same one."""
    assert read_spec(FILE, TEXT) == read_spec(FILE, TEXT)


def test_all_steps_at_once() -> None:
    """Problems of YAML, shape and meaning are reported together, in the order of the file."""
    wrong_yaml = ("name: acme", "name: !x acme")
    wrong_shape = ("    rate_limit: 60/min\n", "    rate_limit: sixty\n")
    wrong_name = ("    lifecycle: job\n", "    lifecycle: jbo\n")

    assert codes(changed(wrong_name, wrong_shape, wrong_yaml)) == ["tag", "bad-value", "unknown-lifecycle"]
    assert codes(changed(wrong_name, ("min_interval: 1s", "min_interval: 3s"))) == [
        "unknown-lifecycle",
        "interval-below-minimum",
    ]


MISSHAPEN = [
    ("    status: status\n", "    status: 5\n"),
    ("  JobStatus:\n    description", "  JobStatus:\n    descripton"),
    ("  FetchJob:\n    description", "  FetchJob:\n    descripton"),
    ("    submit:\n", "    sumbit:\n"),
    ("  polling: {title", "  polling: {titel"),
    ("models:\n  SubmitReply", "modles:\n  SubmitReply"),
    ("    discriminator: type\n", ""),
    ("bide: 1", "bide: *one"),
    ("name: nested, code: error.code", "name: nested, code: error..code"),
    ("      running: running\n", "      running: runing\n"),
    ("      failed: failed\n", "      failed: faild\n"),
    ("{message: string}\n  CompleteEvent", "{message: string, values?: {type: string, min: x}}\n  CompleteEvent"),
]


@pytest.mark.parametrize("change", MISSHAPEN, ids=[change[1].strip() for change in MISSHAPEN])
def test_one_fault_is_one_problem(change: tuple[str, str]) -> None:
    """A problem of shape is reported once: rules skip everything that depends on it."""
    found = codes(changed(change))

    assert len(found) == 1


@pytest.mark.parametrize("change", MISSHAPEN, ids=[change[1].strip() for change in MISSHAPEN])
def test_a_problem_does_not_hide_an_independent_one(change: tuple[str, str]) -> None:
    """Problems of parts that do not depend on the misshapen one are reported too."""
    other = ("SearchReply:\n    fields: {hits: list of string}", "SearchReply:\n    fields: {hits: list of strng}")
    found = codes(changed(change, other))

    assert found.count("unknown-type") == ("modles" not in change[1])


SIDE_BY_SIDE = [
    (
        ("timeout: 90s", "timeout: 90 seconds"),
        ("    returns: SearchReply\n    ide", "    returns: SearchReplay\n    ide"),
    ),
    (("{type: integer, default: 10, min: 1,", "{typ: integer,"), ("timeout?: number", "timeout?: nmber")),
    (("      min_interval: 1s", "      flor: 1s"), ("interval: 2s..5s", "interval: 5s..2s")),
    (("Where a job is.", "[5]"), ("      queued: [running, cancelled]\n", "      queud: [running, cancelled]\n")),
    (
        ("prompt: string, limit?: integer", "prompt: 5, limit?: integer"),
        ("{hits: list of string}", "{hits: list of strng}"),
    ),
    (("query: {limit?: integer, kind", "query: {limit?: 5, kind"), ("path: {id: string}", "path: {ib: string}")),
    (("fields: {ok: boolean}", 'fields: {"o k": boolean}'), ("{hits: list of string}", "{hits: list of strng}")),
    (("kind: {const: fetch}", "kind: {const: fetch, deprecated: 5}"), ("webhook?: Webhook", "webhook?: Webhok")),
]


@pytest.mark.parametrize(("fault", "slip"), SIDE_BY_SIDE, ids=[fault[1] for fault, _ in SIDE_BY_SIDE])
def test_a_problem_does_not_hide_another_in_the_same_part(fault: tuple[str, str], slip: tuple[str, str]) -> None:
    """A problem of shape is reported with a problem of meaning beside it, and nothing else."""
    assert sorted(codes(changed(fault, slip))) == sorted([*codes(changed(fault)), *codes(changed(slip))])


def test_warnings() -> None:
    """Warnings are reported beside the document, and together with errors."""
    odd = ("links?: {type: list of string, when: [succeeded, partial]}", "links?: list of string")
    document, warnings = checked(FILE, changed(odd))

    assert document.data["name"] == "acme"
    assert [(warning.code, warning.severity) for warning in warnings] == [("empty-narrowing", "warning")]
    assert codes(changed(odd, ("min_interval: 1s", "min_interval: 3s"))) == [
        "empty-narrowing",
        "interval-below-minimum",
    ]


def test_a_great_many_problems() -> None:
    """A spec with very many problems is refused soon, with a bounded number of them."""
    unknown = "".join(f"  M{number}: {{fields: {{a: N{number}}}}}\n" for number in range(1_000))
    found = problems(changed(("models:\n", f"models:\n{unknown}")))

    assert [problem.code for problem in found].count("unknown-type") == PROBLEM_LIMIT
    assert len(problems("- !x a\n" * 10_000)) == PROBLEM_LIMIT


DATA = source.read(FILE, TEXT).data


def paths(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for key, value in inside for found in paths(value, (*path, key)))]


def damaged(node: object, path: tuple[str | int, ...], value: object, *, drop: bool, as_key: bool) -> object:
    """*node* with a change at *path*: without it, with another key, or with another value."""
    step, rest = path[0], path[1:]
    assert isinstance(node, dict | list)
    items = list(node.items()) if isinstance(node, dict) else list(enumerate(node))
    made = []
    for key, inner in items:
        if key == step and rest:
            made.append((key, damaged(inner, rest, value, drop=drop, as_key=as_key)))
        elif key == step and drop:
            continue
        elif key == step:
            made.append((str(value), inner) if as_key else (key, value))
        else:
            made.append((key, inner))
    return dict(made) if isinstance(node, dict) else [inner for _, inner in made]


words = sorted(
    {str(step) for path in paths(DATA) for step in path} | {"x", "Acme", "string", "list of Item", "5m", "1s..2s"}
)
hostile = [
    '"""',
    "'''",
    "\\",
    "{{ 7*7 }}",
    "{0.__class__}",
    "../../x",
    "C:\\x",
    "__class__",
    "import",
    "self",
    "None",
    "🦊",
    "x" * 10_000,
    "a\nb",
]
anything = st.sampled_from([*words, *hostile]) | st.text(max_size=8) | st.none() | st.booleans() | st.integers(-2, 500)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(paths(DATA)[1:]), anything, st.booleans(), st.booleans()), min_size=1, max_size=3
    )
)
def test_a_damaged_spec(damages: list[tuple[tuple[str | int, ...], object, bool, bool]]) -> None:
    """Any damaged spec is refused with diagnostics, or is valid; nothing else is raised."""
    data: object = DATA
    for path, value, drop, as_key in damages:
        with suppress(AssertionError):  # an earlier damage took this place away
            data = damaged(data, path, value, drop=drop, as_key=as_key and not drop)

    found = problems(json.dumps(data))

    assert all(problem.message and problem.place.file == FILE for problem in found)


def test_a_source_may_have_the_name_of_an_invalid_job() -> None:
    """A part that is skipped because of a problem skips nothing that only shares its name."""
    spec = written(completed("acme", {}), schema="bide.schema.json")
    assert codes(spec) == []

    assert codes(spec.replace("completed: succeeded", "completed: suceeded", 1)) == ["bad-value"]


def test_a_misspelt_key_that_holds_fields_is_reported() -> None:
    """`hits: {url: string}` for `fields` is an unknown key, although it could be a field."""
    data = damaged(DATA, ("models", "Webhook", "fields"), "hits", drop=False, as_key=True)

    assert "unknown-key" in codes(json.dumps(data))
