"""Names of jobs, operations and arguments, from those of a document."""

from __future__ import annotations

import re
from collections.abc import Collection

from bide.importer.documents.openapi import Operation
from bide.importer.polls import is_parameter
from bide.importer.words import singular
from bide.spec import names

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def name_of(operation: Operation, taken: Collection[str], *, is_operation: bool = False) -> str:
    """A name of a job or an operation that is not *taken*."""
    parts = [each for each in operation.segments if not is_parameter(each)]
    parts = [re.sub(r"\{[^}]*\}", " ", each) for each in parts]
    words = [word for part in parts for word in names.words(part)]
    words = [word for word in words if not re.fullmatch(r"v\d+|api|public|rest", word.lower())]
    if words and not is_operation:
        words = [*words[:-1], singular(words[-1])]
    candidates: list[list[str]] = []
    if (own := re.sub(r"[._-]submit$", "", operation.id)) != operation.id:
        candidates.append(list(names.words(own)))
    if is_operation:
        by_id = list(names.words(operation.id))
        verb = {"get": "get", "post": "create", "put": "update", "patch": "update", "delete": "delete"}[
            operation.method
        ]
        candidates += [by_id] if 0 < len(by_id) <= 5 else []
        candidates += [[verb, *words[-2:]], [verb, *words]]
    candidates += [
        words[-2:] if len(words) > 1 else words,
        words[-1:],
        words[-3:],
        words,
        [operation.method, *words],
    ]
    for each in candidates:
        name = "_".join(word.lower() for word in each)[:55].rstrip("_")
        if re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) and _is_free(name, taken):
            return name
    base = "job" if not is_operation else "operation"
    return next(name for number in range(1, 10_000) if _is_free(name := f"{base}_{number}", taken))


def _is_free(name: str, taken: Collection[str]) -> bool:
    try:
        made = names.pascal_case(name)
        names.identifier(name)
    except names.BadName:
        return False
    ours = {*names.OUR_CLIENT_NAMES, *names.TYPES_IN_SIGNATURES, *names.OUR_COMMANDS, *names.OUR_TOOLS}
    classes = {names.pascal_case(each) for each in taken}
    return name not in ours and made not in classes and not name.startswith("submit_")


def class_name(name: str) -> str:
    made = names.pascal_case(name)
    return f"{made}Api" if made in {*names.OUR_CLASSES, *names.OUR_IMPORTS} else made


def plain(name: str) -> str:
    """A name for a place in a path."""
    made = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "id"
    return made if made[0].isalpha() else f"p_{made}"


def squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def named_path(path: str, told: Collection[str] = ()) -> str:
    """A path with the names of arguments; those of *told* are fields of a reply, and stay."""
    made = _PLACEHOLDER.sub(lambda found: found[0] if found[1] in told else f"{{{plain(found[1])}}}", path)
    return made if made.startswith("/") else f"/{made}"


def placeholders(path: str) -> list[str]:
    """The names in a path."""
    return _PLACEHOLDER.findall(path)
