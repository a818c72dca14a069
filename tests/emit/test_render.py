"""The generated text: it equals the reviewed text, texts of a spec stay texts, and black changes nothing."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import black
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bide.emit.python.code import Code
from bide.emit.render import render, runtime
from bide.emit.template import Unquoted, _only_code
from bide.lint.pipeline import read_spec
from bide.spec.diagnostics import SpecError
from tests.acme_spec import TEXT, changed

HERE = Path(__file__).parent
CASES = sorted(folder for folder in (HERE / "golden").iterdir() if folder.is_dir())
REPOSITORY = HERE.parents[1]
FOLDERS = ("specs", "tests/emit/golden", "tests/providers", "tests/authored", "tests/hostile")
SPECS = sorted(path for folder in FOLDERS for path in (REPOSITORY / folder).rglob("*.yaml"))
REVIEWED = ("models.py", "_calls.py", "_jobs.py", "_provider.py", "client.py", "params.py")
"""The modules of a golden case: those whose text depends on its feature."""


def made(case: Path) -> dict[str, str]:
    """The reviewed files of a case."""
    files = render(read_spec("spec.yaml", (case / "spec.yaml").read_text()))
    return {name: files[f"acme_client/{name}"] for name in REVIEWED} | {"README.md": files["README.md"]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden(case: Path, request: pytest.FixtureRequest) -> None:
    """The package made from this spec is the package we reviewed; `--update-golden` rewrites it."""
    files = made(case)
    if request.config.getoption("--update-golden"):
        (case / "expected").mkdir(exist_ok=True)
        for name, text in files.items():
            (case / "expected" / name).write_text(text)

    assert {path.name: path.read_text() for path in (case / "expected").iterdir()} == files


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_black_would_change_nothing(spec: Path) -> None:
    """Every module has black's layout, although few statements were passed to black."""
    files = render(read_spec("spec.yaml", spec.read_text()))
    mode = black.Mode(line_length=120, target_versions={black.TargetVersion.PY311})
    modules = {name: text for name, text in files.items() if name.endswith(".py") and "/_runtime/" not in name}

    assert [name for name, text in modules.items() if black.format_str(text, mode=mode) != text] == []


def test_the_timeouts_of_requests_are_in_the_lifecycle() -> None:
    """Those of the spec for polls, results and cancelling."""
    files = render(read_spec("rich.yaml", (HERE.parent / "hostile" / "rich.yaml").read_text()))
    jobs = next(text for name, text in files.items() if name.endswith("/_jobs.py"))

    assert '"poll": 20.0,\n        "result": 5.0,\n        "cancel": 5.0,\n' in jobs


def test_a_path_is_filled_by_the_names_of_arguments() -> None:
    """So that the error for a value that no path can have tells the name that the caller knows."""
    text = changed(
        ('get: "/monitors/{id}"\n    path: {id: string}', 'get: "/monitors/{+theId}"\n    path: {theId: string}')
    )
    calls = render(read_spec("acme.yaml", text))["acme_client/_calls.py"]

    assert '_path("/monitors/{+the_id}", {"the_id": the_id})' in calls
    assert 'limited_as="GET /monitors/{+theId}"' in calls


def test_an_error_may_have_a_code_and_no_message() -> None:
    """A required field of a row is printed, also if it is empty."""
    spec = changed(("{name: flat, code: error, message: message}", "{name: flat, code: error}"))

    provider = render(read_spec("acme.yaml", spec))["acme_client/_provider.py"]

    assert 'ErrorShape(message=(), code=("error",))' in provider


def _complaints(folder: Path, files: dict[str, str]) -> str:
    """Ruff's findings about imports and names in a package, without its runtime."""
    for name, text in files.items():
        if name.endswith(".py") and "/_runtime/" not in name:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
    options = ["--isolated", "--no-cache", "--quiet", "--select", "F401,F811,F821"]
    return subprocess.run(
        [sys.executable, "-m", "ruff", "check", *options, folder], capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_imports_are_complete_and_used(spec: Path, tmp_path: Path) -> None:
    """No module has an undefined name or an unused import."""
    assert _complaints(tmp_path, render(read_spec("spec.yaml", spec.read_text()))) == ""


@pytest.mark.parametrize("type_", ["any", "list of datetime", "map of date", "object", "bytes"])
def test_replies_without_a_model_import_what_they_need(type_: str, tmp_path: Path) -> None:
    """The reply of an operation or a job may have any type."""
    spec = changed(
        ("    returns: SearchReply\n    idempotent: true", f"    returns: {type_}\n    idempotent: true"),
        ("returns: {200: SearchReply, 202", f"returns: {{200: {type_.replace('bytes', 'any')}, 202"),
        ("    result: FetchResult\n    polling", f"    result: {type_}\n    polling"),
        ("    items: {list: results, status: status, failed: [failed], error: error}\n", ""),
    )

    assert _complaints(tmp_path, render(read_spec("acme.yaml", spec))) == ""


def test_a_class_without_a_description_has_a_docstring() -> None:
    """No class has an empty docstring."""
    models = ast.parse(render(read_spec("acme.yaml", TEXT))["acme_client/models.py"])
    classes = [node for node in ast.walk(models) if isinstance(node, ast.ClassDef)]

    assert all(ast.get_docstring(node) for node in classes), [node.name for node in classes]
    assert "The `SubmitReply` of Acme." in [ast.get_docstring(node) for node in classes]


def test_the_runtime_is_copied_byte_for_byte() -> None:
    """The runtime in a package is the runtime that is tested here."""
    folder = HERE.parents[1] / "runtime" / "bide_runtime"
    files = render(read_spec("spec.yaml", (CASES[0] / "spec.yaml").read_text()), vendor=True)
    copied = {name.partition("/_runtime/")[2]: text for name, text in files.items() if "/_runtime/" in name}

    sources = {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in folder.rglob("*.py")}

    assert sources == copied == dict(runtime())


def test_same_spec_same_bytes() -> None:
    """The output does not depend on the machine or the time."""
    text = (CASES[0] / "spec.yaml").read_text()

    assert render(read_spec("spec.yaml", text)) == render(read_spec("spec.yaml", text))


@pytest.mark.parametrize("value", ["text", 7, None, True, ["text"]])
def test_a_template_prints_only_code(value: object) -> None:
    """A plain `str` in a template is refused, because it would become code."""
    assert _only_code(Code("x")) == "x"
    with pytest.raises(Unquoted):
        _only_code(value)


HOSTILE = st.text(
    st.sampled_from(list("\"'\\{}%#`$\n\t abc/*<>|[]()=-\u00e9\u2028\u202e")), min_size=1, max_size=60
) | st.text(min_size=1, max_size=60)


def shape(text: str) -> str:
    """The syntax tree of a module without the values of its constants."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


SPEC = (HERE / "golden" / "inline_job" / "spec.yaml").read_text()
HARMLESS = {name: shape(text) for name, text in render(read_spec("spec.yaml", SPEC)).items() if name.endswith(".py")}


@settings(max_examples=12, deadline=None)
@given(HOSTILE)
def test_no_text_of_a_spec_becomes_code(text: str) -> None:
    """For any descriptions, titles and defaults, modules differ from the harmless ones only in strings."""
    quoted = json.dumps(text, ensure_ascii=False)
    spec = SPEC
    for harmless in (
        "title: Acme",
        "description: Maps sites.",
        "description: Where a job is.",
        "description: Map a site.",
    ):
        spec = spec.replace(harmless, f"{harmless.partition(': ')[0]}: {quoted}")
    spec = spec.replace("description: Where to begin.", f"description: {quoted}").replace("Waiting.", quoted)
    try:
        files = render(read_spec("spec.yaml", spec))
    except SpecError:
        return

    assert HARMLESS == {name: shape(text) for name, text in files.items() if name.endswith(".py")}
    assert tomllib.loads(files["pyproject.toml"])["project"]["name"] == "acme-client"


def test_no_folder_of_specs_has_moved() -> None:
    """Each folder in `FOLDERS` has specs, so that the tests above cover them."""
    assert [folder for folder in FOLDERS if not any((REPOSITORY / folder).rglob("*.yaml"))] == []
