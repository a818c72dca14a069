"""Mend a draft until it checks clean: what the language refuses is left out, with the reason."""

from __future__ import annotations

from bide.importer.documents.reading import Json
from bide.importer.parts.draft import Draft, Path
from bide.importer.parts.uses import uses
from bide.importer.writing import text_of
from bide.lint.pipeline import examined
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Document, scan

_ROUNDS = 80
_TYPES = ("models", "enums", "unions")
_OPTIONAL = ("cancel", "result", "error", "progress", "ends", "polling", "deprecated", "query", "headers")
"""Keys of jobs, lifecycles and operations that can go alone."""


class Unmendable(Exception):
    """A draft that no mending makes a spec of. Its message is for the user."""


def mended(draft: Draft, schema: str, heading: list[str]) -> str:
    """The text of a spec that checks clean. Raises `Unmendable`."""
    for _ in range(_ROUNDS):
        _drop_unused(draft)
        _drop_marked(draft.data)
        text = text_of(draft, schema, heading)
        problems = examined("import.yaml", text).problems
        if not problems:
            return text
        document = scan("import.yaml", text).document
        if document is None:
            raise Unmendable(str(problems[0]))
        seen: set[Path] = set()
        for problem in problems:
            path = _path_of(document, problem)
            if not _mend(draft, path, problem, seen) and problem.severity == "error" and len(problems) == 1:
                raise Unmendable(f"{problem.code}: {problem.message} at {'.'.join(map(str, path))}")
        if not seen:
            raise Unmendable(f"{problems[0].code}: {problems[0].message}")
        if not draft.data.get("jobs") and not draft.data.get("operations"):
            raise Unmendable(
                "nothing is left of it: " + "; ".join(f"{what}: {why}" for what, why in draft.left_out[-3:])
            )
    raise Unmendable(f"{problems[0].code}: {problems[0].message}")


def _path_of(document: Document, problem: Diagnostic) -> tuple[str | int, ...]:
    """The path of the key or value that a problem is about."""
    line, column = problem.place.line, problem.place.column
    found: tuple[str | int, ...] = ()
    best = -1
    for places in (document.keys, document.values):
        for path, place in places.items():
            if (place.line == line and best < place.column <= column) or (
                place.line == line and place.column == best and len(path) > len(found) and place.column <= column
            ):
                found, best = path, place.column
    return found


def _mend(draft: Draft, path: tuple[str | int, ...], problem: Diagnostic, seen: set[Path]) -> bool:
    """Leave out what a problem is about; whether anything was left out."""
    parts = tuple(map(str, path))
    section = parts[0] if parts else ""
    if (at := _example_in(parts)) is not None:
        return _mark(draft, at, f"{problem.message} [{problem.code}]", seen)
    if problem.code == "unused-allow":
        return _unsilence(draft, problem, seen)
    if problem.severity == "warning" and parts and not problem.code.startswith("unused-"):
        return _silence(draft, parts, problem, seen)
    why = f"{problem.message} [{problem.code}]"
    table = draft.data.get(section)
    if len(parts) == 1 or not isinstance(table, dict) or parts[1] not in table:
        return _drop(draft, parts[:1], why, seen) if section in ("auth", "errors", "headers", "query") else False
    owner = (section, parts[1])
    if section in ("jobs", "lifecycles", "operations"):
        part = next((parts[: at + 1] for at in range(2, len(parts)) if parts[at] in _OPTIONAL), None)
        if part is not None and _drop(draft, part, why, seen):
            return True
        if section == "lifecycles":
            jobs = [name for name, job in draft.data.get("jobs", {}).items() if job.get("lifecycle") == parts[1]]
            return any(_drop(draft, ("jobs", name), why, seen) for name in jobs)
        field = _parameter_in(parts)
        if field is not None and parts[-1] not in ("post", "get", "put", "patch", "delete") and field[-1].endswith("?"):
            return _drop(draft, field, why, seen)
        return _drop(draft, owner, why, seen)
    if section == "models" and len(parts) > 3 and parts[2] == "fields":
        return _loosen(draft, parts[:4], why, seen)
    return section in _TYPES and _replace(draft, section, parts[1], why, seen)


def _example_in(parts: Path) -> Path | None:
    """The path of the example that a path leads into."""
    depth = 3 if parts[:1] == ("jobs",) else 2
    is_example = parts[:1] in (("jobs",), ("operations",), ("models",)) and parts[depth : depth + 1] == ("examples",)
    return parts[: depth + 2] if is_example and len(parts) > depth + 1 else None


def _mark(draft: Draft, path: Path, why: str, seen: set[Path]) -> bool:
    """Mark an example to be dropped: until the end of the round, the others keep their places."""
    holder: Json = draft.data
    for step in path[:-1]:
        holder = holder[step]
    if holder[int(path[-1])] is not None:
        holder[int(path[-1])] = None
        draft.left_out.append((f"an example of {path[1]}", why))
    seen.add(path)
    return True


def _drop_marked(data: Json) -> None:
    """Drop the examples that are marked."""
    jobs = [job["submit"] for job in data.get("jobs", {}).values()]
    for holder in (*jobs, *data.get("operations", {}).values(), *data.get("models", {}).values()):
        if None in holder.get("examples", ()):
            holder["examples"] = [each for each in holder["examples"] if each is not None]
            if not holder["examples"]:
                del holder["examples"]


def _silence(draft: Draft, parts: Path, problem: Diagnostic, seen: set[Path]) -> bool:
    """Keep what a warning is about, with a comment for the author."""
    key = next((parts[:at] for at in range(len(parts), 0, -1) if _is_line(draft.data, parts[:at])), parts[:1])
    said = f"bide: allow {problem.code} -- the document says no more; TODO bide: {problem.message}"
    if said not in draft.comments.get(key, []):
        draft.say(key, said)
    seen.add(key)
    return True


def _unsilence(draft: Draft, problem: Diagnostic, seen: set[Path]) -> bool:
    """Remove the comments that silence a warning which there is no more. Those that are needed come back."""
    code = problem.message.partition('"')[2].partition('"')[0]
    for path, texts in draft.comments.items():
        draft.comments[path] = [text for text in texts if not text.startswith(f"bide: allow {code} ")]
    seen.add(())
    return True


def _is_line(data: Json, path: Path) -> bool:
    """Whether a path leads to a key, or to an item of a list, that can have a comment above it."""
    for number, step in enumerate(path, 1):
        if isinstance(data, list):
            return number == len(path)
        if not isinstance(data, dict) or step not in data:
            return False
        data = data[step]
    return True


def _parameter_in(parts: Path) -> Path | None:
    """The parameter or the field of a form that a path leads into."""
    for at, part in enumerate(parts[:-1]):
        if part in ("query", "headers", "body", "path") and at >= 2:
            return parts[: at + 2]
    return None


def _loosen(draft: Draft, path: Path, why: str, seen: set[Path]) -> bool:
    """Make less of a field: first without its details, then any JSON, then without it."""
    if path in seen:
        return True
    fields = draft.data["models"][path[1]].get("fields", {})
    if path[3] not in fields:
        return False
    seen.add(path)
    what = fields[path[3]]
    if isinstance(what, dict) and set(what) - {"type", "description", "name"} and "type" in what:
        fields[path[3]] = {key: what[key] for key in ("type", "description", "name") if key in what}
        dropped = ", ".join(sorted(set(what) - {"type", "description", "name"}))
        draft.left_out.append((f"{path[1]}.{path[3]}: {dropped}", why))
    elif (what if isinstance(what, str) else what.get("type")) not in ("any", None) and "[bad-name]" not in why:
        fields[path[3]] = {**what, "type": "any"} if isinstance(what, dict) else "any"
        draft.left_out.append((f"{path[1]}.{path[3]}", f"any JSON, because {why}"))
    else:
        del fields[path[3]]
        draft.left_out.append((f"{path[1]}.{path[3]}", why))
    return True


def _drop(draft: Draft, path: Path, why: str, seen: set[Path]) -> bool:
    holder: Json = draft.data
    for step in path[:-1]:
        if not isinstance(holder, dict) or step not in holder:
            return any(path[: len(each)] == each for each in seen)
        holder = holder[step]
    if not isinstance(holder, dict) or path[-1] not in holder:
        return any(path[: len(each)] == each for each in seen)
    del holder[path[-1]]
    seen.add(path)
    draft.left_out.append((" ".join(path), why))
    for each in [each for each in draft.comments if each[: len(path)] == path]:
        del draft.comments[each]
    if path[0] == "lifecycles" and path[2:] == ("result",):  # then the poll has it, as far as one knows
        for job in draft.data.get("jobs", {}).values():
            if job.get("lifecycle") == path[1]:
                job["result"] = job.get("snapshot", "any")
    if path[0] == "jobs" and len(path) == 2:
        draft.jobs.pop(path[1], None)
        used = {job.get("lifecycle") for job in draft.data.get("jobs", {}).values()}
        for name in [name for name in draft.data.get("lifecycles", {}) if name not in used]:
            del draft.data["lifecycles"][name]
    for section in ("jobs", "lifecycles", "operations"):
        if section in draft.data and not draft.data[section]:
            del draft.data[section]
    return True


def _replace(draft: Draft, section: str, name: str, why: str, seen: set[Path]) -> bool:
    """Use any JSON, or text, in place of a type."""
    if (section, name) in seen or name not in draft.data.get(section, {}):
        return (section, name) in seen
    seen.add((section, name))
    del draft.data[section][name]
    draft.left_out.append((name, why))
    other = "string" if section == "enums" else "object"
    for path, holder, key in uses(draft.data, are_names=True):
        text = holder[key]
        words = text.replace("(", "( ").replace(")", " )").split(" ")
        if name in words:
            if path[-1:] in (("body",), ("returns",), ("snapshot",), ("is",)) and path[0] in ("jobs",):
                _drop(draft, path[:2], f"it needs {name}, which cannot be said: {why}", seen)
                continue
            holder[key] = (
                " ".join(other if word == name else word for word in words).replace("( ", "(").replace(" )", ")")
            )
            if " or " in holder[key]:
                holder[key] = "any"
    for union in draft.data.get("unions", {}).values():
        variants = union["variants"]
        if isinstance(variants, list):
            union["variants"] = [model for model in variants if model != name]
        else:
            union["variants"] = {tag: model for tag, model in variants.items() if model != name}
    for union_name in [each for each, union in draft.data.get("unions", {}).items() if not union["variants"]]:
        _replace(draft, "unions", union_name, why, seen)
    return True


def _drop_unused(draft: Draft) -> None:
    """Drop types that nothing uses, also those that only dropped types used."""
    data = draft.data
    used: set[str] = set()
    waiting = [
        text
        for section in ("jobs", "lifecycles", "operations")
        for _, h, k in uses(data.get(section, {}), (section,), are_names=True)
        for text in [h[k]]
    ]
    while waiting:
        for word in waiting.pop().replace("(", " ").replace(")", " ").split():
            for section in _TYPES:
                if word not in used and word in data.get(section, {}):
                    used.add(word)
                    if section == "enums":
                        continue  # texts of values, and no types
                    waiting += [h[k] for _, h, k in uses(data[section][word], (section, word))]
    for section in _TYPES:
        if section in data:
            data[section] = {name: each for name, each in data[section].items() if name in used}
            if not data[section]:
                del data[section]
