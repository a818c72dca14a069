"""The imports of a generated module: the names that its code uses, and where each is from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bide.emit.python.code import DOCSTRING, Code, spread
from bide.emit.python.layout import is_long

_STANDARD = {
    "collections.abc": "AsyncIterable AsyncIterator Awaitable Callable Iterable Iterator Mapping Sequence",
    "datetime": "date datetime",
    "os": "PathLike",
    "typing": "Annotated Any ClassVar Literal Required TYPE_CHECKING TypeAlias TypedDict",
}
_MSGSPEC = {"msgspec": "Meta field"}
_OWN = {".": "_calls _errors _jobs models", "._provider": "PROVIDER"}
_RUNTIME = """
    AsyncCancellableJob AsyncCancellableJobs AsyncClock AsyncJob AsyncJobBatch AsyncJobs AsyncJobsClient AsyncKey
    AsyncStream AsyncTransport BatchOptions Call CancellableJob CancellableJobs Clock Counts End ErrorShape EventReader
    FileLike FindAt Job JobBatch JobKind Jobs JobsClient Json Key Lifecycle Link LocalDatetime LongPoll MaxRate Model
    OAuth Observer OpenEnum OpenIntEnum Other Outcome OwnErrors Pages Policy PollMany Polling Prepare ProgressDisplay
    Provider Rate Record ResultAt Secret Signature State Stream StreamCall Submission SubmitAt Transport UnixTime
    UnixTimeMs UnknownEvent Update UploadFile Variable Variant WaitOptions WebhookAt Webhooks _as_file _as_files
    _as_written _checked _encode _encode_form _encode_object _encode_text _encode_value _joined _no_items _path _query
    _reads _reads_by_status _reads_or_job _register
    """
"""The names that generated code uses, by module; those of the runtime are all in one."""

_PRIVATE_MODULES = frozenset({"_calls", "_jobs"})

_FOR_TYPES_ALONE = frozenset({"AsyncJobBatch", "JobBatch", "Counts"})
"""Names that generated code uses in annotations only, and few programs need: imported under `TYPE_CHECKING`."""

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
"""Finds the names that code uses, and each definition as `class X` or `def x`. Skips strings, comments, attributes,
keywords of calls and names that are assigned to.
"""


def imports(
    body: str, *, runtime: str, places: Mapping[str, str] = MappingProxyType({}), exported: Iterable[str] = ()
) -> Code:
    """The import statements for the names that *body* uses and does not define, and for those that are *exported*.

    *runtime* is the module that has the runtime's names. *places* has the modules of names that only some generated
    modules use.
    """
    tables = {**_STANDARD, **_MSGSPEC, **_OWN, runtime: _RUNTIME}
    modules = {**{name: module for module, names in tables.items() for name in names.split()}, **places}
    used = _used(body) | set(exported)
    shown = {name for name in used if name in _FOR_TYPES_ALONE or modules.get(name) == ".params"}
    if shown:
        used = (used - shown) | {"TYPE_CHECKING"}
    groups = _groups(used, modules)
    if shown:
        inside = "\n\n".join(_groups(shown, modules, indent="    "))
        groups.append(f"if TYPE_CHECKING:\n{inside}")
    return Code("\n\n".join(groups))


def _used(body: str) -> set[str]:
    """The names that code uses and does not define, among others."""
    lines = set(DOCSTRING.sub("", body).split("\n"))  # each line once: most are the same for every job
    words = set(_WORDS.findall("\n".join(["", *lines])))
    return words - {word.partition(" ")[2] for word in words}


def _groups(used: set[str], modules: Mapping[str, str], *, indent: str = "") -> list[str]:
    """The statements in groups: the standard library, installed packages, the package's own modules."""
    standard: dict[str, list[str]] = {}
    installed: dict[str, list[str]] = {}
    own: dict[str, list[str]] = {}
    for name in used & modules.keys():
        module = modules[name]
        group = standard if module in _STANDARD else own if module.startswith(".") else installed
        group.setdefault(module, []).append(name)
    return ["\n".join(_statements(group, indent)) for group in (standard, installed, own) if group]


def _statements(by_module: Mapping[str, Iterable[str]], indent: str) -> list[str]:
    """The statements that import the names of each module."""
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
    """Whether it is imported under a name with an underscore, so that no argument of the same name hides it."""
    return name[0] == "_" and name not in _PRIVATE_MODULES


def _rank(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as import sorters have it."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name
