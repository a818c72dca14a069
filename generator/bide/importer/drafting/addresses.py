"""Draft the requests about one job: a poll, a result, a cancellation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bide.importer.documents.openapi import Operation, Parameter, is_json
from bide.importer.documents.reading import Json
from bide.importer.drafting.context import Context
from bide.importer.looking import Look
from bide.importer.pairs import mapping_of
from bide.importer.parts.draft import CannotSay, Path
from bide.importer.parts.naming import named_path, placeholders, squeezed
from bide.importer.polls import is_parameter
from bide.importer.words import singular

_NO_ARGUMENT = "a poll, a result and a cancellation take no arguments; a constant can be written into it"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The requests about one job."""

    context: Context
    required: set[str]
    """The arguments that every submit has."""
    told: Look
    """The reply to the submit."""

    def of(self, operation: Operation, id_: str, *, in_query: bool = False) -> dict[str, Json]:
        """A request with `{job_id}` and arguments of the submit in its address. Raises `CannotSay`."""
        path = operation.path
        if not in_query:
            path = path.replace(f"{{{id_}}}", "{job_id}") if f"{{{id_}}}" in path else path
        if "{job_id}" not in path and not in_query:
            holders = placeholders(path)
            if not holders:
                raise CannotSay(f"the address {path} has no id")
            path = path.replace(f"{{{holders[-1]}}}", "{job_id}")
        told: set[str] = set()
        for name in placeholders(path):
            if name == "job_id" or name in self.required:
                continue
            at = self._of_reply(name, path)
            if not at:
                raise CannotSay(f"{operation} needs {name!r}, which the submit does not have")
            path = path.replace(f"{{{name}}}", f"{{{at}}}")
            told.add(at)
        made: dict[str, Json] = {operation.method: named_path(path, told)}
        if query := self._query(operation, id_, in_query=in_query):
            made["query"] = query
        if body := self._body(operation, id_):
            made["body"] = body
        return made | self.context.requests.without_key(operation)

    def list_unsent(self, operation: Operation, made: Mapping[str, Json]) -> None:
        """List the optional arguments of a request, which a spec cannot say."""
        unsent: dict[str, list[str]] = {}
        for each in operation.parameters:
            is_own = each.place == "header" and self.context.requests.is_no_argument(each.name)
            is_sent = each.place == "path" or each.name in mapping_of(made.get("query"))
            if not is_own and not is_sent and each.place != "cookie":
                unsent.setdefault({"header": "headers"}.get(each.place, each.place), []).append(each.name)
        for place, given in unsent.items():
            what = f"{' and '.join(given)} in the {place} of {operation}"
            self.context.draft.notes.append(("", what, _NO_ARGUMENT))

    def _query(self, operation: Operation, id_: str, *, in_query: bool) -> dict[str, Json]:
        """The texts in the query. Raises `CannotSay` for what must be sent and is not known, also in a header."""
        query: dict[str, Json] = {**operation.query}
        if in_query:
            query[id_] = "{job_id}"
        for each in operation.parameters:
            if not each.required or each.place not in ("query", "header") or each.name in query or each.name == id_:
                continue
            value = f"{{{each.name}}}" if each.name in self.required else self._constant(each)
            if value is None:
                raise CannotSay(f"{operation} needs {each.name!r} in its {each.place}, which the submit does not have")
            if each.place == "query":
                query[each.name] = value
        return query

    def _body(self, operation: Operation, id_: str) -> dict[str, Json]:
        """What a body must have: values of the submit and of its reply."""
        if operation.body is None or not is_json(operation.media):
            return {}
        look = self.context.lens.look(operation.body)
        body: dict[str, Json] = {}
        for name in (each for each in look.properties if each in look.required):
            at = next((each for each in self.told.properties if squeezed(each) == squeezed(name)), "")
            values = self.context.lens.property(look, name).values
            if name == id_:
                body[name] = "{job_id}"
            elif name in self.required or at:
                body[name] = f"{{{name if name in self.required else at}}}"
            elif len(values) == 1:
                body[name] = values[0]
            else:
                raise CannotSay(f"{operation} needs {name!r} in its body, which the submit does not have")
        return body

    def _of_reply(self, name: str, path: str) -> str:
        """Where the reply of the submit has a value of an address: by its name, or as the id of what is before it."""
        before = path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
        noun = singular(before.lower()) if before and not is_parameter(before) else ""
        wanted = {squeezed(name)} - {"id"} | ({squeezed(f"{noun}id")} if noun else set())
        for at in self._fields_of(self.told):
            is_of_noun = noun != "" and at[-1] == "id" and [squeezed(each) for each in at[:-1]] == [squeezed(noun)]
            if squeezed(at[-1]) in wanted or is_of_noun:
                return ".".join(at)
        return ""

    def _fields_of(self, look: Look) -> Iterator[Path]:
        """The fields of a reply that are always there, and those of its objects."""
        for name in look.properties:
            inner = self.context.lens.property(look, name)
            if name in look.required and not inner.is_nullable:
                yield (name,)
                yield from ((name, each) for each in inner.properties if each in inner.required)

    def _constant(self, parameter: Parameter) -> str | None:
        """The only value of a parameter, or its default."""
        look = self.context.lens.look(parameter.schema)
        raw = self.context.api.schema(parameter.schema)
        if len(look.values) == 1:
            return str(look.values[0])
        default = raw.get("default") if isinstance(raw, Mapping) else None
        return str(default) if isinstance(default, str | int) and not isinstance(default, bool) else None
