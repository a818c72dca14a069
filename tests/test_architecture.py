"""Imports point one way, the runtime stands alone, and no provider is known to the code."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[1]
BIDE = REPOSITORY / "generator" / "bide"
RUNTIME = BIDE / "runtime"

WORDS = {"diagnostics", "hints", "ir", "names", "notation", "oneline", "pointers"}
"""What the steps pass on to one another. Every module may import these."""

ARROWS = {
    "source": {"comments"},
    "faults": {"source"},
    "shape": {"source"},
    "validator": {"shape", "source"},
    "schema": {"faults", "language", "shape", "source", "validator"},
    "lint": {"source"},
    "build": {"source"},
    "salvage": {"source", "schema"},
    "codes": {"lint", "pages"},
    "silence": {"codes", "comments", "source"},
    "pipeline": {"source", "schema", "salvage", "lint", "silence", "build"},
    "formats": {"codes", "printable"},
    "markdown": {"python"},
    "layout": {"python"},
    "imports": {"layout", "python"},
    "template": {"markdown", "python"},
    "readme": {"markdown", "prose", "python"},
    "views": {"prose", "python"},
    "render": {"imports", "layout", "markdown", "prose", "python", "readme", "template", "views"},
    "write": {"journal"},
    "report": {"journal", "formats"},
    "specfile": {"source"},
    "reference": {"schema", "source"},
    "commands": {
        "build",
        "codes",
        "formats",
        "journal",
        "pipeline",
        "printable",
        "processes",
        "reference",
        "render",
        "report",
        "saves",
        "schema",
        "simulator",
        "specfile",
        "starter",
        "unchanged",
        "write",
    },
    "cli": {"commands"},
    "__main__": {"cli", "unchanged"},
}
"""What else each module or folder of the generator may import. One that is not listed may import nothing else."""

ENGINES = {
    "urllib3_transport.py": {"urllib3"},
    "aiohttp_transport.py": {"aiohttp", "yarl"},
    "httpx_transport.py": {"httpx2", "httpcore2"},
    "httpcore_pool.py": {"httpx2", "httpcore2"},
    "progress.py": {"rich"},
    # What only tests import.
    "testing_batches.py": {"hypothesis"},
    "testing_requests.py": {"hypothesis"},
    "testing_stories.py": {"hypothesis"},
    "testing_streams.py": {"hypothesis"},
    "testing_values.py": {"hypothesis"},
}
"""What a file of the runtime may import besides itself, the standard library and msgspec."""

CORE = (
    "batch.py",
    "codec.py",
    "errors.py",
    "events.py",
    "exchange.py",
    "flow.py",
    "gather.py",
    "hint.py",
    "hold.py",
    "lifecycle.py",
    "model.py",
    "pace.py",
    "request.py",
    "schedule.py",
    "state.py",
    "submit.py",
    "token.py",
    "wait.py",
)
"""The files of the runtime that decide and never act."""

ACTING = {
    "asyncio",
    "concurrent",
    "multiprocessing",
    "os",
    "random",
    "secrets",
    "select",
    "socket",
    "threading",
    "time",
}

NAMELESS = {"base", "common", "helper", "helpers", "misc", "util", "utils"}


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def named(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def imports(path: Path) -> Iterator[str]:
    """The dotted name of everything that a file imports, wherever in it; relative names keep their dots."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            yield from (f"{origin}.{alias.name}" if origin.strip(".") else origin + alias.name for alias in node.names)


def module_of(path: Path) -> str:
    """The module or folder directly below `bide` that a file belongs to."""
    return path.relative_to(BIDE).parts[0].removesuffix(".py")


def arrows(path: Path) -> set[str]:
    """The modules and folders directly below `bide` that a file imports, its own apart."""
    package = ("bide", *path.relative_to(BIDE).parent.parts)
    found = set()
    for name in imports(path):
        dots = len(name) - len(name.lstrip("."))
        absolute = (
            (*package[: len(package) - dots + 1], *name.lstrip(".").split(".")) if dots else tuple(name.split("."))
        )
        if absolute[0] == "bide":
            found.add(absolute[1] if len(absolute) > 1 else "__init__")
    modules = {module_of(each) for each in python_files(BIDE)}
    return (found & modules) - {module_of(path)}


GENERATOR = [path for path in python_files(BIDE) if RUNTIME not in path.parents]


@pytest.mark.parametrize("path", GENERATOR, ids=named)
def test_arrows_of_the_generator(path: Path) -> None:
    """A module of the generator imports only what the table allows; never the runtime, which it copies."""
    allowed = WORDS | ARROWS.get(module_of(path), set())

    assert arrows(path) <= allowed


def test_arrows_make_no_circle() -> None:
    """There is an order in which the modules of the generator can be read, each after all that it imports."""
    graph: dict[str, set[str]] = {}
    for path in GENERATOR:
        graph.setdefault(module_of(path), set()).update(arrows(path))

    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("path", python_files(RUNTIME), ids=named)
def test_the_runtime_stands_alone(path: Path) -> None:
    """The runtime imports itself relatively, the standard library, msgspec, and the engine a file is named after."""
    allowed = sys.stdlib_module_names | {"msgspec"} | ENGINES.get(path.name, set())
    relative = {name for name in imports(path) if name.startswith(".")}
    outside = {name.split(".")[0] for name in imports(path)} - {""}

    assert outside <= allowed
    assert not {name for name in relative if name.startswith("..")}


@pytest.mark.parametrize("name", CORE)
def test_the_core_does_not_act(name: str) -> None:
    """The core knows no clock, no chance, no thread, no event loop and no socket."""
    imported = {module.split(".")[0] for module in imports(RUNTIME / name)}

    assert not imported & ACTING


def test_generated_code_does_not_need_bide() -> None:
    """A generated package imports its own runtime and never Bide."""
    files = python_files(REPOSITORY / "generated")

    assert not [named(path) for path in files if "bide" in {name.split(".")[0] for name in imports(path)}]


def test_no_provider_is_known() -> None:
    """A provider's name stands in its spec and in what is made from it, and nowhere in the generator."""
    specs = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((REPOSITORY / "specs").glob("*.yaml"))]
    names = {str(spec[key]) for spec in specs for key in ("name", "title", "class") if key in spec}
    known = re.compile("|".join(map(re.escape, sorted(names))), re.IGNORECASE)
    files = [path for path in BIDE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]

    assert names
    assert not [named(path) for path in files if known.search(named(path) + path.read_text(encoding="utf-8"))]


def test_every_file_has_a_noun() -> None:
    """No file or folder has a name that could hold anything."""
    roots = [REPOSITORY / name for name in ("generator", "generated", "tests", "demo", "benchmarks")]
    paths = [path for root in roots if root.exists() for path in root.rglob("*") if "__pycache__" not in path.parts]

    assert not [named(path) for path in paths if path.name.split(".")[0].lstrip("_") in NAMELESS]
