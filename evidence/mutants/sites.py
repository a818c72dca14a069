"""The mutants of a source file. Each changes one place of the text."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

COMPARED = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
"""The replacements of a comparison: its opposite, and its neighbour at the boundary, if there is one."""

COMPUTED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
OPPOSITE = {"min": "max", "max": "min", "any": "all", "all": "any"}

REMOVED = (ast.Expr, ast.AugAssign, ast.Raise, ast.Delete, ast.Break, ast.Continue)
"""Statements that are removed, like assignments to attributes and items."""


@dataclass(frozen=True)
class Mutant:
    """One change to one file."""

    file: str
    where: str
    """The class and the function."""
    what: str
    """The kind of change."""
    before: str
    after: str
    number: int
    """The number among mutants that look the same, from 1."""
    line: int
    last_line: int
    text: str
    """The whole source, changed."""

    @property
    def name(self) -> str:
        """The name of the mutant, independent of its line."""
        again = f" ({self.number})" if self.number > 1 else ""
        return f"{self.file} {self.where}: {self.before} -> {self.after}{again}"


def mutants(file: str, source: str) -> list[Mutant]:
    """All mutants of a source, in the order of the text."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found: list[Mutant] = []
    for node, where, what, after in _Finder(source).changes():
        text = _replaced(source, node, after)
        assert text != source
        ast.parse(text)
        key = (where, " ".join(_text(source, node).split()), " ".join(after.split()))
        seen[key] += 1
        found.append(Mutant(file, where, what, *key[1:], seen[key], node.lineno, node.end_lineno or node.lineno, text))
    return found


Change = tuple[ast.expr | ast.stmt, str, str, str]


class _Finder:
    """Walks through a module, except types, imports, docstrings and assertions, which are no behaviour."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tree = ast.parse(source)

    def changes(self) -> Iterator[Change]:
        """Each change: the node, its place, the kind of change, and the new text."""
        for statement in self._tree.body:
            yield from self._statement(statement, "module")

    def _statement(self, node: ast.stmt, where: str) -> Iterator[Change]:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Pass():
                return
            case ast.If(test=ast.Name("TYPE_CHECKING")):
                return
            case ast.Expr(ast.Constant()):
                return
            case ast.ClassDef():
                inner = node.name if where == "module" else f"{where}.{node.name}"
                for statement in node.body:
                    yield from self._statement(statement, inner)
                return
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if any(isinstance(one, ast.Name) and one.id == "overload" for one in node.decorator_list):
                    return
                inner = node.name if where == "module" else f"{where}.{node.name}"
                for default in (*node.args.defaults, *node.args.kw_defaults):
                    if default is not None:
                        yield from self._expression(default, inner)
                for statement in node.body:
                    yield from self._statement(statement, inner)
                return
            case ast.AnnAssign(value=None):
                return
            case ast.AnnAssign(value=value) if value is not None:
                if not _is_typing(value):
                    yield from self._expression(value, where)
                return
            case ast.Assign(value=value) if where == "module" and _is_typing(value):
                return
            case ast.Assign(targets=[ast.Name("__all__")]):
                return
        if self._may_go(node):
            yield node, where, "statement removed", "pass"
        if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            yield node, where, "returns None", "return None"
        if isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Constant):
            yield node.test, where, "condition negated", f"not ({_text(self._source, node.test)})"
        for child in ast.iter_child_nodes(node):
            yield from self._child(child, where)

    def _child(self, child: ast.AST, where: str) -> Iterator[Change]:
        match child:
            case ast.stmt():
                yield from self._statement(child, where)
            case ast.expr():
                yield from self._expression(child, where)
            case ast.match_case() | ast.ExceptHandler() | ast.comprehension() | ast.keyword() | ast.withitem():
                for inner in ast.iter_child_nodes(child):
                    yield from self._child(inner, where)

    def _expression(self, node: ast.expr, where: str) -> Iterator[Change]:
        # Nodes inside an f-string have no positions.
        if isinstance(node, ast.JoinedStr) or _is_typing(node):
            return
        for what, after in _changed(node, self._source):
            yield node, where, what, after
        if isinstance(node, ast.Lambda):
            yield from self._child(node.body, where)
            return
        for child in ast.iter_child_nodes(node):
            yield from self._child(child, where)

    def _may_go(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Assign):
            return all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets)
        return isinstance(node, REMOVED)


def _changed(node: ast.expr, source: str) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in COMPARED:
            for other in COMPARED[type(operator)]:
                changed = ast.Compare(node.left, [other()], node.comparators)
                yield "comparison", ast.unparse(changed)
        case ast.BoolOp():
            other_op: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "and / or", f"({ast.unparse(ast.BoolOp(other_op, node.values))})"
        case ast.UnaryOp(ast.Not(), operand):
            yield "not removed", f"({ast.unparse(operand)})"
        case ast.BinOp(op=operator) if type(operator) in COMPUTED and not _is_text(node):
            yield "arithmetic", f"({ast.unparse(ast.BinOp(node.left, COMPUTED[type(operator)](), node.right))})"
        case ast.Call(func=ast.Name(name)) if name in OPPOSITE:
            yield f"{name} / {OPPOSITE[name]}", OPPOSITE[name] + _text(source, node)[len(name) :]
        case ast.IfExp():
            yield "condition negated", ast.unparse(ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse))
        case ast.Constant(bool() as value):
            yield "constant", repr(not value)
        case ast.Constant(int() | float() as value):
            yield "constant", repr(value + 1)
            yield "constant", repr(value - 1)
        case ast.Constant(str() | bytes() as text) if text:
            yield "constant emptied", repr(text[:0])
        case ast.Tuple(elts=[_, *_], ctx=ast.Load()):
            if all(isinstance(one, ast.Constant) for one in node.elts):
                yield "constant emptied", "()"


def _is_typing(node: ast.expr) -> bool:
    """Whether an expression only makes a type: `TypeVar(...)`, `Callable[...]`, a cast."""
    match node:
        case ast.Call(func=ast.Name("TypeVar" | "ParamSpec" | "cast")):
            return True
        case ast.Subscript(value=ast.Name(name)):
            return name[:1].isupper()
    return False


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str | bytes))
        for side in (node.left, node.right)
    )


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _text(source: str, node: ast.expr | ast.stmt) -> str:
    text = ast.get_source_segment(source, node)
    assert text is not None
    return text


def _replaced(source: str, node: ast.expr | ast.stmt, after: str) -> str:
    lines = source.encode().splitlines(keepends=True)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    whole = source.encode()
    return (whole[:start] + after.encode() + whole[end:]).decode()
