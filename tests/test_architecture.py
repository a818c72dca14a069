"""Rooms import one way, without cycles; the core does no I/O; no code depends on a provider."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[1]
GENERATOR = REPOSITORY / "generator" / "bide"
RUNTIME = REPOSITORY / "runtime" / "bide_runtime"

ROOMS = {
    GENERATOR: {
        "spec": set(),
        "ir": {"spec"},
        "lint": {"spec", "ir"},
        "differ": {"spec", "ir", "lint"},
        "emit": {"spec", "ir"},
        "exporter": {"ir", "emit"},
        "simulator": {"ir", "page"},
        "importer": {"spec", "ir", "lint"},
        "verifier": {"spec", "ir", "importer"},
        "gallery": set(),
        "page": set(),
        "trace": set(),
        "site": {"ir", "emit"},
        "cli": {
            "spec",
            "ir",
            "lint",
            "emit",
            "differ",
            "exporter",
            "simulator",
            "importer",
            "verifier",
            "gallery",
            "page",
            "trace",
            "site",
        },
    },
    RUNTIME: {
        "errors": set(),
        "http": {"errors"},
        "engines": {"errors", "http"},
        "models": {"errors", "http"},
        "calls": {"errors", "http", "models"},
        "jobs": {"errors", "http", "models", "calls"},
        "waiting": {"errors", "http", "models", "calls", "jobs"},
        "steps": {"errors", "http", "models", "calls", "jobs", "waiting"},
        "batch": {"errors", "http", "models", "calls", "jobs", "waiting"},
        "ledger": {"errors", "http", "models", "calls", "jobs", "waiting", "steps", "batch"},
        "clients": {"errors", "http", "engines", "models", "calls", "jobs", "waiting", "steps", "batch", "ledger"},
        "testing": {"errors", "http", "engines", "models", "calls", "jobs", "waiting", "batch", "clients"},
        "durable": {"errors", "http", "models", "calls", "jobs", "waiting", "steps", "clients"},
        "apps": {"errors", "http", "models", "calls", "jobs", "waiting", "steps", "batch", "ledger", "clients"},
    },
}
"""The rooms of each distribution, and the rooms that each may import from."""

SHARED = {"simulator": {"bide_runtime.testing.timeline", "bide_runtime.testing.faults"}}
"""Modules of the runtime that a room of the generator imports: timelines and faults, which both fakes share."""

OUTSIDE = {
    "engines": {"urllib3", "aiohttp", "yarl", "httpx2", "httpcore2", "socksio"},
    "clients": {"rich", "tqdm"},
    "testing": {"hypothesis"},
    "durable": {"airflow", "temporalio"},
    "apps": {"anyio", "click", "jmespath", "keyring", "mcp", "mcp_types", "rich", "starlette", "uvicorn"},
}
"""Libraries that a room of the runtime may import besides the standard library and msgspec."""

PURE = ("errors", "http", "models", "calls", "jobs", "waiting", "steps", "batch")
"""The sans-IO rooms."""

IMPURE = {"asyncio", "concurrent", "multiprocessing", "random", "secrets", "select", "socket", "threading", "time"}

EXEMPT = {
    ("http/rate_limit.py", "threading"): "a lock",
    ("http/stored_file.py", "threading"): "a lock",
    ("models/prepared.py", "threading"): "a lock",
    ("jobs/min_interval.py", "threading"): "a lock",
    ("batch/intake.py", "asyncio"): "inputs that are awaited",
    ("calls/account.py", "random"): "the default source of jitter",
}
"""Exceptions for pure rooms, with the reason."""

MOST_SIBLINGS = 15
"""The largest number of files in a folder."""

UNCOUNTED = {"__pycache__", "__init__.py", "edition.py", "py.typed"}
"""Those that every package has. `edition.py` has the version."""

NAMELESS = {"base", "common", "helper", "helpers", "misc", "util", "utils"}


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def named(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def module_of(path: Path) -> str:
    """The dotted name of a file's module."""
    root = GENERATOR if path.is_relative_to(GENERATOR) else RUNTIME
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for root in ROOMS for path in python_files(root)}


def imports(path: Path) -> Iterator[str]:
    """The dotted names of all imports of a file, also for type checkers; relative names are resolved."""
    package = module_of(path) if path.name == "__init__.py" else module_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            steps = package.split(".")
            base = ".".join(steps[: len(steps) - node.level + 1]) if node.level else ""
            origin = ".".join(filter(None, (base, node.module)))
            for alias in node.names:
                inside = f"{origin}.{alias.name}"
                yield inside if inside in MODULES else origin


def room_of(module: str) -> str:
    """The room of a module; empty for modules beside the rooms."""
    return module.split(".")[1] if module.count(".") else ""


FILES = [path for root in ROOMS for path in python_files(root) if path.parent != root]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_rooms_import_one_way(path: Path) -> None:
    """A file imports from its own room and those of the table; from the runtime, only the shared modules."""
    root = GENERATOR if path.is_relative_to(GENERATOR) else RUNTIME
    room = room_of(module_of(path))
    ours = {name for name in imports(path) if name.split(".")[0] in ("bide", "bide_runtime")}
    ours -= SHARED.get(room, set()) if root is GENERATOR else set()

    assert {name.split(".")[0] for name in ours} <= {root.name}
    assert {room_of(name) for name in ours} - {"", "edition", "process"} <= ROOMS[root][room] | {room}


@pytest.mark.parametrize("root", ROOMS, ids=lambda root: root.name)
def test_there_are_no_import_cycles(root: Path) -> None:
    """Also not for type checkers."""
    graph = {module_of(path): set(imports(path)) & MODULES.keys() - {module_of(path)} for path in python_files(root)}
    graph.pop(root.name)  # it imports names lazily
    for needs in graph.values():
        needs.discard(root.name)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("path", python_files(RUNTIME), ids=named)
def test_the_runtime_has_few_dependencies(path: Path) -> None:
    """The standard library, msgspec and, in four rooms, their own libraries."""
    allowed = sys.stdlib_module_names | {"bide_runtime", "msgspec"} | OUTSIDE.get(room_of(module_of(path)), set())

    assert {name.split(".")[0] for name in imports(path)} <= allowed


@pytest.mark.parametrize("path", [path for room in PURE for path in python_files(RUNTIME / room)], ids=named)
def test_the_core_does_no_io(path: Path) -> None:
    """The core imports no clock, random numbers, threads, event loop or sockets."""
    name = path.relative_to(RUNTIME).as_posix()
    imported = {module.split(".")[0] for module in imports(path)}

    assert {module for module in imported & IMPURE if (name, module) not in EXEMPT} == set()


@pytest.mark.parametrize("root", [GENERATOR, RUNTIME], ids=named)
def test_no_folder_has_too_many_files(root: Path) -> None:
    """At most about 15 siblings, so that files are easy to find."""
    folders = {path.parent for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    siblings = {
        named(folder): len([each for each in folder.iterdir() if each.name not in UNCOUNTED]) for folder in folders
    }

    assert {name: number for name, number in siblings.items() if number > MOST_SIBLINGS} == {}


def test_generated_code_does_not_need_bide() -> None:
    """A generated package imports the runtime and never the generator."""
    files = python_files(REPOSITORY / "generated")
    imported = {
        named(path): {
            (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
        for path in files
    }

    assert not [name for name, modules in imported.items() if "bide" in {module.split(".")[0] for module in modules}]


def test_no_code_names_a_provider() -> None:
    """A provider's name is only in its spec and in generated files."""
    specs = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((REPOSITORY / "specs").glob("*.yaml"))]
    names = {str(spec[key]) for spec in specs for key in ("name", "title", "class") if key in spec}
    words = "|".join(map(re.escape, sorted(names)))  # whole words: a provider may be called Exa
    known = re.compile(rf"(?<![a-z0-9])(async)?({words})(client|error)?(?![a-z0-9])", re.IGNORECASE)
    files = [path for root in ROOMS for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts]

    assert names
    assert not [named(path) for path in files if known.search(named(path) + path.read_text(encoding="utf-8"))]


def test_no_file_has_a_catch_all_name() -> None:
    """Names such as `utils` are refused."""
    roots = [REPOSITORY / name for name in ("generator", "runtime", "generated", "tests", "demo", "evidence")]
    paths = [path for root in roots if root.exists() for path in root.rglob("*") if "__pycache__" not in path.parts]

    assert not [named(path) for path in paths if path.name.split(".")[0].lstrip("_") in NAMELESS]
