"""The blocking and the asyncio drivers differ only by `await`: their syntax trees are compared by method."""

from __future__ import annotations

import ast
from pathlib import Path

import bide_runtime.clients as room
import pytest

CLIENTS = Path(str(room.__file__)).parent

ONE_COLOUR = {
    "Client._new_senders": "threads send for a batch",
    "Client._new_wakeup": "asyncio has an event of its own",
    "_Stoppable.stop": "what a batch has to stop",
    "AsyncClient._watch_over": "a batch has tasks to stop",
    "AsyncClient._lanes": "a batch starts no more tasks than the engine has connections",
    "Client.__init__": "an asyncio client also keeps what it has to stop",
    "Client.close": "and stops it",
    "Client._reset_in_child": "and forgets it in a child process",
    "Client._engine": "a lock is taken only where threads may race for the first engine",
    "Client._drive": "a callback may be awaited",
    "Client._answer_of": "a function may be async",
    "JobBatch.__init__": "inputs may be awaited, and the senders are tasks",
    "JobBatch.close": "tasks are stopped",
    "JobBatch._show": "a callback may be awaited",
    "JobBatch._write": "a sync of the disk runs beside the event loop",
}
"""Methods that differ by more than `await`, with the reason."""

SAME = {
    "AsyncFunctionDef": "FunctionDef",
    "AsyncFor": "For",
    "AsyncWith": "With",
    "aclose": "close",
    "aiter": "iter",
    "anext": "next",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
}


class Blocking(ast.NodeTransformer):
    """Removes `await`, `async`, annotations and docstrings."""

    def visit_Await(self, node: ast.Await) -> ast.AST:
        return self.visit(node.value)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self.visit_FunctionDef(ast.FunctionDef(**{name: getattr(node, name) for name in node._fields}))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = one_name(node.name), None
        if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        return self.generic_visit(ast.For(**{name: getattr(node, name) for name in node._fields}))

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        return self.generic_visit(ast.With(**{name: getattr(node, name) for name in node._fields}))

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(arg=node.arg, annotation=None)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return ast.Pass()
        return self.generic_visit(ast.Assign(targets=[node.target], value=node.value, lineno=0))

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(id=one_name(node.id), ctx=node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return ast.Attribute(value=self.visit(node.value), attr=one_name(node.attr), ctx=node.ctx)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(value="colour" if node.value in ("blocking", "asyncio") else node.value)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        names = [ast.alias(name=one_name(alias.name), asname=alias.asname) for alias in node.names]
        return ast.ImportFrom(module=(node.module or "").replace("async_", ""), names=names, level=node.level)


def one_name(name: str) -> str:
    """The name that both colours share."""
    name = SAME.get(name, name)
    return name.removeprefix("Async").replace("_async_", "_").replace("StopAsyncIteration", "StopIteration")


def methods(path: Path) -> dict[str, str]:
    """The source of each function and of each method of each class, in one colour."""
    found: dict[str, str] = {}
    module = ast.parse(path.read_text(encoding="utf-8"))
    for holder in [module, *(node for node in module.body if isinstance(node, ast.ClassDef))]:
        name = one_name(holder.name) if isinstance(holder, ast.ClassDef) else "module"
        for node in holder.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                made = ast.fix_missing_locations(Blocking().visit(node))
                found[f"{name}.{made.name}"] = ast.unparse(made)
    return found


PAIRS = sorted(
    path.relative_to(CLIENTS).as_posix()
    for path in CLIENTS.rglob("*.py")
    if path.with_name(f"async_{path.name}").exists()
)


def test_every_file_with_a_twin_is_compared() -> None:
    """The senders are left out: they have two designs, threads and tasks."""
    assert PAIRS == [
        "batches/job_batch.py",
        "batches/senders.py",
        "client.py",
        "downloads/pour.py",
        "jobs/job.py",
        "jobs/jobs.py",
        "jobs/jobs_client.py",
        "streams/stream.py",
    ]


@pytest.mark.parametrize("name", [name for name in PAIRS if name != "batches/senders.py"])
def test_the_twins_differ_only_by_await(name: str) -> None:
    """Every other difference is in the table with a reason, and every entry of the table is needed."""
    path = CLIENTS / name
    one, other = methods(path), methods(path.with_name(f"async_{path.name}"))
    differing = {method for method in one.keys() | other.keys() if one.get(method) != other.get(method)}
    classes = {method.partition(".")[0] for method in [*one, *other]}
    explained = {key.removeprefix("Async") for key in ONE_COLOUR}

    assert differing == {method for method in explained if method.partition(".")[0] in classes}
