"""Which imports a generated module needs: those of the names that its code uses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from .layout import is_long
from .python import DOCSTRING, Code, spread

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
_RUNTIME = {
    "Call": "account",
    "ErrorShape": "account",
    "Provider": "account",
    "_reads": "account",
    "_reads_by_status": "account",
    "_reads_nothing": "account",
    "AsyncClient": "async_client",
    "AsyncCancellableJob": "async_job",
    "AsyncCancellableJobs": "async_job",
    "AsyncJob": "async_job",
    "AsyncJobs": "async_job",
    "AsyncJobBatch": "async_many",
    "AsyncStream": "async_stream",
    "Tally": "batch",
    "Rate": "budget",
    "Client": "client",
    "AsyncClock": "clock",
    "Clock": "clock",
    "_checked": "codec",
    "_encode": "codec",
    "_encode_object": "codec",
    "JobFailed": "errors",
    "EventReader": "events",
    "StreamCall": "events",
    "UnknownEvent": "events",
    "UploadFile": "file",
    "FileLike": "file",
    "_as_file": "file",
    "_encode_form": "form",
    "HandedOut": "handed_out",
    "Kind": "handle",
    "Record": "handle",
    "Snapshot": "handle",
    "Update": "handle",
    "CancellableJob": "job",
    "CancellableJobs": "job",
    "Job": "job",
    "Jobs": "job",
    "Hold": "hold",
    "Lifecycle": "lifecycle",
    "PollMany": "lifecycle",
    "ResultAt": "lifecycle",
    "JobBatch": "many",
    "Model": "model",
    "OpenEnum": "model",
    "Other": "model",
    "Variant": "model",
    "_no_items": "model",
    "_register": "model",
    "Observer": "observer",
    "Outcome": "outcome",
    "Json": "request",
    "_path": "request",
    "_query": "request",
    "Pages": "pages",
    "Policy": "schedule",
    "Polling": "schedule",
    "Secret": "secret",
    "State": "state",
    "Stream": "stream",
    "Submission": "submit",
    "_reads_or_job": "submit",
    "AsyncTransport": "transport",
    "Transport": "transport",
}
_FOR_TYPES_ALONE = frozenset({"AsyncJobBatch", "JobBatch", "Tally"})
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


def imports(body: str, params: frozenset[str] = frozenset()) -> Code:
    """The import statements for the names that *body* uses and does not make; *params* are the names in `params`."""
    runtime = {name: f"._runtime.{module}" for name, module in _RUNTIME.items()}
    own = {**runtime, **_OWN, **dict.fromkeys(params, ".params")}
    lines = set(DOCSTRING.sub("", body).split("\n"))  # many lines are printed for every job
    words = set(_WORDS.findall("\n".join(["", *lines])))
    used = words - {word.partition(" ")[2] for word in words}
    shown = used & (_FOR_TYPES_ALONE | params)
    if shown:
        used = (used - shown) | {"TYPE_CHECKING"}
    groups = [_statements(used, table) for table in (_STANDARD, _MSGSPEC, own)]
    if shown:
        groups.append(["if TYPE_CHECKING:", *_statements(shown, own, indent="    ")])
    return Code("\n\n".join("\n".join(group) for group in groups if group))


def _statements(used: set[str], table: Mapping[str, str], *, indent: str = "") -> list[str]:
    by_module: dict[str, list[str]] = defaultdict(list)
    for name in used & table.keys():
        by_module[table[name]].append(name)
    statements = []
    for module in sorted(by_module):
        names = sorted(by_module[module], key=_rank)
        plain = [name for name in names if not _is_hidden(name)]
        if plain:
            statements.append(_statement(module, plain, indent))
        statements += [f"{indent}from {module} import {name[1:]} as {name}" for name in names if _is_hidden(name)]
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
