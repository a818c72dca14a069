"""Options of commands: those of an entry's arguments, and our own beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from ..catalog.catalog import Catalog, Entry, Schema
from .values import JSON, parsed, read, simple, type_of

_ARGUMENT = "argument_"
"""In front of the names of parameters that are arguments of the call."""

_ROOM_FOR_TEXT = 60


class Option(click.Option):
    """An option under a heading of the help."""

    def __init__(self, declarations: list[str], heading: str, **settings: Any) -> None:
        super().__init__(declarations, **settings)
        self.heading = heading
        self.ours = ""
        """The option of ours that would have this name, if the provider had no such argument."""

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """The value with its type. A wrong one may be meant for the option of ours."""
        try:
            return super().process_value(ctx, value)
        except click.BadParameter as error:
            if not self.ours:
                raise
            said = f"{error.message.removesuffix('.')}; this is the provider's argument, ours is {self.ours}"
            raise click.BadParameter(said, ctx=error.ctx, param=error.param) from error


def arguments(catalog: Catalog, entry: Entry) -> list[click.Option]:
    """The options for the arguments of an entry, required ones first."""
    names = sorted(entry.properties, key=lambda name: name not in entry.required)
    return [_argument(catalog, entry, name, entry.properties[name]) for name in names]


def own(taken: Iterable[click.Option], *declarations: str, **settings: Any) -> Option:
    """An option of ours. If an argument of the provider has its long name, ours gets `--cli-` in front."""
    theirs = {name: option for option in taken for name in (*option.opts, *option.secondary_opts)}
    name, *forms = declarations
    chosen = [f"--cli-{form[2:]}" if form in theirs else form for form in forms]
    for form, ours in zip(forms, chosen, strict=True):
        if isinstance(option := theirs.get(form), Option):
            option.ours = ours
    return Option([name, *chosen], settings.pop("heading"), **settings)


def given(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the call among the parameters of a command: those that were given."""
    return {
        name.removeprefix(_ARGUMENT): list(value) if isinstance(value, tuple) else value
        for name, value in parameters.items()
        if name.startswith(_ARGUMENT) and value is not None and value != ()
    }


def flag(name: str) -> str:
    """The option for an argument: `--render-js` for `render_js`, and `--timeout` for `timeout_`."""
    return f"--{name.strip('_').replace('_', '-')}"


def _argument(catalog: Catalog, entry: Entry, name: str, schema: Schema) -> Option:
    found = simple(catalog, schema)
    settings: dict[str, Any] = {"help": _help(entry, name, found), "default": None}
    forms = [flag(name)]
    if found.get("type") == "boolean":
        forms = [f"{flag(name)}/--no-{flag(name)[2:]}"]
    elif found.get("type") == "array":
        item = type_of(catalog, found.get("items", {}))
        settings |= {"type": item, "multiple": True, "callback": _whole_list if item is JSON else None}
    else:
        settings["type"] = type_of(catalog, schema)
    return Option([f"{_ARGUMENT}{name}", *forms], "Arguments", **settings)


def _whole_list(context: click.Context, option: click.Parameter, value: tuple[Any, ...]) -> tuple[Any, ...]:
    """The items, which may be given as one JSON list."""
    return tuple(value[0]) if len(value) == 1 and isinstance(value[0], list) else value


def _help(entry: Entry, name: str, schema: Schema) -> str:
    about = [str(schema.get("description", "")).partition(" Known values: ")[0]]
    if "default" in schema:
        about.append(f"[default: {_shown(schema['default'])}]")
    if name in entry.required:
        about.append("[required]")
    return " ".join(filter(None, about))


def _shown(default: Any) -> str:
    if isinstance(default, list):
        return ", ".join(map(_shown, default)) or "none"
    return str(default).lower() if isinstance(default, bool) else str(default)


def values_of(entry: Entry, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the call, from `--input` and the options. Raises `UsageError` if one is missing."""
    values = {**_input(parameters["own_input"]), **given(parameters)}
    if missing := [flag(name) for name in entry.properties if name in entry.required and name not in values]:
        raise click.UsageError(f"{' and '.join(missing)} must be given")
    return values


def _input(text: str | None) -> dict[str, Any]:
    """All arguments at once: a JSON object in a file, or on standard input."""
    if text is None:
        return {}
    value = parsed(read("-" if text == "-" else f"@{text.removeprefix('@')}"))
    if not isinstance(value, dict):
        raise click.BadParameter(f"--input takes a JSON object of arguments, not a JSON {_kind(value)}")
    return value


def _kind(value: Any) -> str:
    return {list: "list", str: "text", bool: "boolean"}.get(type(value), "number" if value is not None else "null")


class Positional(click.Argument):
    """An argument that is told by its place, with a line in the help where click writes one."""

    def __init__(self, name: str, help: str, **attrs: Any) -> None:
        super().__init__([name], **attrs)
        self.help = help


class Command(click.Command):
    """A command whose help has headings, and an example."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options below their headings."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Argument):
                continue  # click has a section for these
            record = parameter.get_help_record(ctx)
            if record is not None:
                sections.setdefault(getattr(parameter, "heading", "Other"), []).append(record)
        for heading, records in sorted(sections.items(), key=lambda section: section[0] == "Other"):
            with formatter.section(heading):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example as it is, without breaking its line."""
        if self.epilog:
            formatter.write_paragraph()
            formatter.write("".join(f"{line}\n" for line in self.epilog.splitlines()))
