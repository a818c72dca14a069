"""Which imports a generated module needs: those of the names that its code uses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from bide.emit.python.code import DOCSTRING, Code, spread
from bide.emit.python.layout import is_long

_STANDARD = {
    "Awaitable": "collections.abc",
    "AsyncIterable": "collections.abc",
    "AsyncIterator": "collections.abc",
    "Callable": "collections.abc",
    "Iterable": "collections.abc",
    "Iterator": "collections.abc",
    "Mapping": "collections.abc",
    "Sequence": "collections.abc",
    "date": "datetime",
    "datetime": "datetime",
    "TYPE_CHECKING": "typing",
    "Annotated": "typing",
    "ClassVar": "typing",
    "Literal": "typing",
    "Required": "typing",
    "TypeAlias": "typing",
    "TypedDict": "typing",
}
_MSGSPEC = {"Meta": "msgspec", "field": "msgspec"}
_RUNTIME = frozenset(
    [
        "AsyncCancellableJob",
        "AsyncCancellableJobs",
        "AsyncClient",
        "AsyncClock",
        "AsyncJob",
        "AsyncJobBatch",
        "AsyncJobs",
        "AsyncStream",
        "AsyncTransport",
        "Call",
        "CancellableJob",
        "CancellableJobs",
        "BatchOptions",
        "Client",
        "Clock",
        "ErrorShape",
        "EventReader",
        "FileLike",
        "Link",
        "LongPoll",
        "MaxRate",
        "Job",
        "JobBatch",
        "Jobs",
        "Json",
        "JobKind",
        "Lifecycle",
        "Model",
        "Observer",
        "OpenEnum",
        "Other",
        "OwnErrors",
        "Outcome",
        "Pages",
        "Policy",
        "PollMany",
        "Polling",
        "ProgressDisplay",
        "Provider",
        "Rate",
        "Record",
        "ResultAt",
        "Secret",
        "State",
        "Stream",
        "StreamCall",
        "Submission",
        "Counts",
        "Transport",
        "UnknownEvent",
        "Update",
        "UploadFile",
        "Variant",
        "WaitOptions",
        "_as_file",
        "_checked",
        "_encode",
        "_encode_form",
        "_encode_object",
        "_no_items",
        "_path",
        "_query",
        "_reads",
        "_reads_by_status",
        "_reads_nothing",
        "_reads_or_job",
        "_register",
    ]
)
"""What generated code may use of the runtime, which knows where each of them is."""

_FOR_TYPES_ALONE = frozenset({"AsyncJobBatch", "JobBatch", "Counts"})
"""What generated code has in annotations only, and few programs need: type checkers alone are shown it."""

_OWN = {"PROVIDER": "._provider", "_calls": ".", "_jobs": ".", "models": "."}

_WORDS = re.compile(
    r"""
    \n[ ]*(?:\w+(?=:|[ ]=))?
  | [ (),]+
  | \.\w+
  | \w+=
  | ((?:class[ ]|def[ ])?[^\W\d]\w*)
  | "[^"\\]*(?:\\.[^"\\]*)*"
  | '[^'\\]*(?:\\.[^'\\]*)*'
  | \#[^\n]*
    """,
    re.VERBOSE | re.DOTALL,
)
"""The words that code uses, and what it makes as `class X` or `def x`; not what is in texts and comments, and not the
names of attributes or of what is assigned to."""


def imports(body: str, *, runtime: str, params: frozenset[str] = frozenset()) -> Code:
    """The import statements for the names that *body* uses and does not make.

    *runtime* is the module that has the runtime's names; *params* are the names in `params`.
    """
    of_runtime, own = dict.fromkeys(_RUNTIME, runtime), {**_OWN, "_errors": ".", **dict.fromkeys(params, ".params")}
    if runtime.startswith("."):
        own |= of_runtime
        installed = _MSGSPEC
    else:
        installed = {**_MSGSPEC, **of_runtime}
    lines = set(DOCSTRING.sub("", body).split("\n"))  # many lines are printed for every job
    words = set(_WORDS.findall("\n".join(["", *lines])))
    used = words - {word.partition(" ")[2] for word in words}
    shown = used & (_FOR_TYPES_ALONE | params)
    if shown:
        used = (used - shown) | {"TYPE_CHECKING"}
    groups = [_statements(used, table) for table in (_STANDARD, installed, own)]
    if shown:
        inside = [_statements(shown, table, indent="    ") for table in (installed, own)]
        groups.append(["if TYPE_CHECKING:", "\n\n".join("\n".join(group) for group in inside if group)])
    return Code("\n\n".join("\n".join(group) for group in groups if group))


def _statements(used: set[str], table: Mapping[str, str], *, indent: str = "") -> list[str]:
    by_module: dict[str, list[str]] = defaultdict(list)
    for name in used & table.keys():
        by_module[table[name]].append(name)
    statements = []
    for module in sorted(by_module):
        names = sorted(by_module[module], key=_rank)
        plain = [name for name in names if not _is_hidden(name)]
        found = [(name[1:], f"{indent}from {module} import {name[1:]} as {name}") for name in names if _is_hidden(name)]
        if plain:
            found.append((plain[0], _statement(module, plain, indent)))
        statements += [statement for _, statement in sorted(found, key=lambda each: _rank(each[0]))]
    return statements


def _statement(module: str, names: list[str], indent: str) -> str:
    line = f"{indent}from {module} import {', '.join(names)}"
    return f"{indent}from {module} import {spread('()', names, indent=len(indent))}" if is_long(line) else line


def _is_hidden(name: str) -> bool:
    """Functions get an underscore, so that no argument of the same name hides them."""
    return name[0] == "_" and name not in _OWN


def _rank(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as import sorters have it."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name
