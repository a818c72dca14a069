"""same-command: no two jobs or operations have the same command, or the same tool.

Why: one would replace the other in the command line, or in the MCP server, of the package.

    operations:
      login: {post: /login}                       # refused: every package has a command "login"
      login: {post: /login, cli: sign-in}         # fine
      search: {get: /search, mcp: job_list}       # refused: every package has a tool "job_list"
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec import names
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Path

_KINDS = (
    ("cli", "command", names.command, names.OUR_COMMANDS),
    ("mcp", "tool", names.tool, names.OUR_TOOLS),
)


def check(spec: Spec) -> Iterator[Diagnostic]:
    whole = spec.document.data
    for key, word, made, ours in _KINDS:
        first: dict[str, Path] = {}
        if whole.get(key) is True:
            yield spec.at_key((key,), "no-effect", f'"{key}: true" has no effect: it is so without it', "remove it")
        for table in ("jobs", "operations"):
            for owner, raw in spec.table(table).items():
                path: Path = (table, owner)
                if raw.get(key) is True:
                    message = f'"{key}: true" has no effect: it is so without it'
                    yield spec.at_key((*path, key), "no-effect", message, "remove it")
                elif key in raw and whole.get(key) is False:
                    message = f'"{key}" has no effect: the package has no {word}s, since "{key}" of the spec is false'
                    yield spec.at_key((*path, key), "no-effect", message, "remove it")
                name = made(owner, raw.get(key))
                if name is None or whole.get(key) is False:
                    continue
                help_ = f"choose another name, as in {key}: another-{word}"
                if name in ours:
                    yield spec.at_key(path, "same-command", f'every package already has a {word} "{name}"', help_)
                elif first.setdefault(name, path) != path:
                    line = spec.document.key_place(first[name]).line
                    message = f'"{first[name][-1]}" on line {line} has the {word} "{name}" already'
                    yield spec.at_key(path, "same-command", message, help_)
