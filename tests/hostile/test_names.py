"""Whatever names a spec uses, no name of the generated code hides another one."""

from __future__ import annotations

import ast
import builtins
import json
import keyword
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pytest

from bide.emit.render import drafted
from bide.ir.build import build
from bide.spec import document as source
from bide.spec import names
from bide.spec.document import Json
from tests.hostile.places import RICH, meaning, printed, problems
from tests.hostile.texts import NAMES

BUILT_IN = frozenset(dir(builtins))
SMALL: Json = {
    "bide": 1,
    "name": "acme",
    "title": "Acme",
    "class": "Zebra",
    "description": "It is small.",
    "docs": "https://acme.example",
    "base_url": "https://acme.example",
}
MODEL: Json = {"fields": {"job_id": "string", "status": "string", "pages?": "list of string", "made_at?": "datetime"}}
LIFECYCLE: Json = {
    "poll": {"get": "/jobs/{job_id}"},
    "cancel": {"post": "/jobs/{job_id}/cancel"},
    "status": "status",
    "states": {"going": "running", "done": "succeeded"},
}
FETCHED = {"job": "fetch", "job_id": "job_id"}
TYPES = ("string", "list of string", "map of any", "datetime", "date", "integer", "boolean", "number")


def job(path: str, lifecycle: str = "life", body: Json = None) -> Json:
    submit = {"post": path, "returns": "Thing", "job_id": "job_id", "idempotency_key": "Key"}
    submit |= {"body": body} if body else {}
    return {"submit": submit, "lifecycle": lifecycle, "snapshot": "Thing", "result": "Thing"}


def operation(path: str) -> Json:
    return {
        "post": path,
        "query": {"many?": "list of string", "on_day?": "datetime"},
        "body": "Thing",
        "returns": "Thing",
    }


def fields(words: Iterable[str]) -> Json:
    return {word + "?" * (number % 2): TYPES[number % 8] for number, word in enumerate(words)}


def with_jobs(jobs: Json, lifecycles: Json = None, **more: Json) -> Json:
    return {**SMALL, "models": {"Thing": MODEL}, "jobs": jobs, "lifecycles": lifecycles or {"life": LIFECYCLE}, **more}


KINDS: dict[str, Callable[[list[str]], Json]] = {
    "operations": lambda words: {
        **SMALL,
        "models": {"Thing": MODEL},
        "operations": {word: operation(f"/{word}") for word in words},
    },
    "jobs": lambda words: with_jobs({word: job(f"/{word}") for word in words}),
    "models": lambda words: {
        **SMALL,
        "models": dict.fromkeys(words, MODEL),
        "operations": {f"o{number}": {"post": f"/{word}", "body": word} for number, word in enumerate(words)},
    },
    "enums": lambda words: {
        **SMALL,
        "enums": {word: {"values": {"one": "One."}} for word in words},
        "operations": {f"o{number}": {"get": f"/{w}", "query": {"e": w}} for number, w in enumerate(words)},
    },
    "unions": lambda words: {
        **SMALL,
        "models": {f"V{number}x": MODEL for number, _ in enumerate(words)},
        "unions": {w: {"discriminator": "t", "variants": {"v": f"V{number}x"}} for number, w in enumerate(words)},
        "operations": {f"o{number}": {"get": f"/{word}", "returns": word} for number, word in enumerate(words)},
    },
    "fields": lambda words: {
        **SMALL,
        "models": {"Thing": {"fields": fields(words)}},
        "operations": {"send": {"post": "/x", "body": "Thing", "returns": "Thing"}},
    },
    "chosen names": lambda words: {
        **SMALL,
        "models": {"Thing": {"fields": {f"k-{n}": {"type": TYPES[n % 8], "name": w} for n, w in enumerate(words)}}},
        "operations": {"send": {"post": "/x", "body": "Thing", "returns": "Thing"}},
    },
    "parameters": lambda words: {
        **SMALL,
        "operations": {"send": {"post": "/x", "query": {w: t for w, t in fields(words).items() if t != TYPES[2]}}},
    },
    "arguments of jobs": lambda words: with_jobs({"fetch": job("/fetch", body=fields(words))}),
    "arguments of operations": lambda words: with_jobs(
        {"fetch": job("/fetch")},
        operations={
            "send": {"post": "/x", "body": fields(words), "returns": {200: "Thing", 202: FETCHED}},
            "watch": {"post": "/y", "body": fields(words), "stream": {"events": {"e": "Thing"}, "last": ["e"]}},
        },
    ),
    "members": lambda words: {
        **SMALL,
        "enums": {"Side": {"values": dict.fromkeys(words, "One.")}},
        "operations": {"send": {"get": "/x", "query": {"side": "Side"}}},
    },
}
"""A spec that uses each of some words as a name, by kind of name."""


def bound(body: list[ast.stmt]) -> Iterator[str]:
    """The names that statements bind; of two branches only the first."""
    for node in body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from (alias.asname or alias.name for alias in aliases)
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                yield name
            case ast.If(body=inner) | ast.Try(body=inner):
                yield from bound(inner)


def loaded(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def called(node: ast.AST) -> set[str]:
    return {one.func.id for one in ast.walk(node) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)}


def _all_words() -> list[str]:
    """Every name that generated modules define, import or take from Python, and the parts of these names."""
    found = {*NAMES, *keyword.kwlist}
    for name, text in printed(RICH).items():
        if name.endswith(".py") and not name.startswith("tests/"):
            tree = ast.parse(text)
            found |= (
                loaded(tree) | set(bound(tree.body)) | {one.arg for one in ast.walk(tree) if isinstance(one, ast.arg)}
            )
    found |= {word.strip("_") for word in found}
    found |= {word.removeprefix("Async").removesuffix("Jobs").removesuffix("Params") for word in found}
    found |= {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower() for word in found}
    return sorted(found - {""})


WORDS = _all_words()


def fitting(kind: str) -> Json:
    """A spec with all words that are not refused."""
    is_class = kind in ("models", "enums", "unions")
    words = [word for word in WORDS if re.fullmatch("[A-Z][A-Za-z0-9]*" if is_class else "[A-Za-z0-9_]+", word)]
    while True:
        document = source.read("small.yaml", json.dumps(KINDS[kind](words)))
        found = {problem.place for problem in problems(document)}
        if not found:
            return document.data
        paths = [path for places in (document.values, document.keys) for path in places if places[path] in found]
        steps = {str(step).removesuffix("?") for path in paths for step in path}
        numbers = {int(digits) for step in steps for digits in re.findall(r"^(?:job|o|k-|V)([0-9]+)x?$", step)}
        left = [word for number, word in enumerate(words) if number not in numbers and word not in steps]
        assert len(left) < len(words), problems(document)
        words = left


def _is_refused(data: Json) -> bool:
    return isinstance(meaning(data), list)


def hidden(module: str) -> list[str]:
    """The names of a module that hide others."""
    tree = ast.parse(module)
    top = Counter(bound(tree.body))
    found = [f"{name} is made twice" for name, count in top.items() if count > 1 and name != "annotations"]
    used = BUILT_IN & loaded(tree)
    foreign = set(bound([one for one in tree.body if isinstance(one, ast.ImportFrom)])) - {"annotations"}
    found += [f"{name} hides Python's" for name in top if name in used and name.islower()]
    for one in ast.walk(tree):
        if isinstance(one, ast.ClassDef):
            mine = Counter(bound(one.body))
            annotations = set().union(*(loaded(part) for part in _annotations(one)))
            found += [f"{name} is twice in {one.name}" for name, count in mine.items() if count > 1]
            found += [f"{name} of {one.name} hides what its signatures mean" for name in annotations & mine.keys()]
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            given = {each.arg for each in (*one.args.args, *one.args.kwonlyargs)}
            needed = {*bound(one.body), *called(one), *foreign}
            found += [f"the argument {name} of {one.name} hides what that needs" for name in sorted(given & needed)]
    return found


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    for one in ast.walk(node):
        for key in ("annotation", "returns"):
            if isinstance(found := getattr(one, key, None), ast.AST):
                yield found


def imported(module: str) -> set[str]:
    return {alias.name for one in ast.walk(ast.parse(module)) if isinstance(one, ast.ImportFrom) for alias in one.names}


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_hides_another(kind: str) -> None:
    """Each word is refused as a name, or hides nothing in any module."""
    files = drafted(build(source.read("small.yaml", json.dumps(fitting(kind)))))
    harmless = printed(KINDS[kind](["Alpha", "Beta"] if kind in ("models", "enums", "unions") else ["alpha", "beta"]))

    for name, text in files.items():
        if name.endswith(".py"):
            assert hidden(text) == [], name
            needed = {one for one in imported(harmless[name]) if not one.startswith(("Alpha", "Beta"))}
            assert needed <= imported(text), name


def test_no_operation_hides_the_submit_of_a_job() -> None:
    """An operation with the name of a job's submit function is refused."""
    data = with_jobs({"fetch": job("/jobs")}, operations={"submit_fetch": operation("/fetch")})

    assert _is_refused(data)


@pytest.mark.parametrize("prefix", ["", "Async", "Fake"])
def test_the_client_class_hides_nothing(prefix: str) -> None:
    """Names that modules import or define beside a client's class are refused: `names.OUR_IMPORTS` has them."""
    files = printed(RICH)
    modules = ["__init__", "client", "async_client", "testing"]
    beside = {name for module in modules for name in bound(ast.parse(files[f"acme_client/{module}.py"]).body)}
    own = {"Acme", "AsyncAcme", "AcmeError", "FakeAcme"}
    classes = {name for name in beside - own if re.fullmatch("[A-Z][A-Za-z0-9]*", name)}

    words = {name.removeprefix(prefix) for name in classes if name.startswith(prefix)} - {""}

    assert sorted(name for name in words if not _is_refused({**RICH, "class": name})) == []


@pytest.mark.parametrize(
    "name", [*sorted(names.DEVICES), "import", "None", "__class__", "../x", "C:\\x", "a b", "Acme"]
)
def test_no_package_has_a_dangerous_name(name: str) -> None:
    """A package's name is also a folder: it must be a valid identifier and file name on every system."""
    assert _is_refused({**RICH, "name": name})
