"""What people read, and the commands of the package.

docs-changed (docs): a text is another.

Why: only descriptions, examples, sources and metadata of the package are different.

    # old
    operations: {search: {description: Search the web.}}

    # new
    operations: {search: {description: Search pages.}}

Says: operation "search": the description has changed

order-changed (docs): the order of things is another.

Why: only the order in the code and its documentation is different; arguments are passed by name.

    # old
    operations: {search: {query: {q: string, from?: string, to?: string}}}

    # new
    operations: {search: {query: {q: string, to?: string, from?: string}}}

Says: operation "search": `arguments` are in another order

deprecated (docs): something is deprecated, or not any more.

Why: type checkers and editors warn of it; everything works as before.

    # old
    operations: {search: {}}

    # new
    operations: {search: {deprecated: use Google}}

Says: operation "search": `deprecated` was nothing and is "use Google"

version-changed (docs): the package has another version number, or is on an index now.

Why: the author chose it. It asks for no step, and is in no changelog entry.

    # old
    package: {version: "0.1.0"}

    # new
    package: {version: "0.2.0"}

Says: `package.version` was "0.1.0" and is "0.2.0"

command-changed (breaking): a command of the package, or a tool of its MCP server, has another name or is gone.

Hits: new version.

Why: scripts that call the command fail, and models are told other tools.

Way out: keep the name with `cli:` or `mcp:`.

    # old
    operations: {search: {}}

    # new
    operations: {search: {cli: look}}

Says: operation "search": the command was "search" and is "look"

command-added (addition): there is a new command of the package, or a tool of its MCP server.

Hits: new version.

Why: it can be used.

    # old
    operations: {search: {cli: false}}

    # new
    operations: {search: {cli: look}}

Says: operation "search": the command is "look"
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.differ.differences import Difference, Kind
from bide.differ.said import Said, owner, shown
from bide.differ.version import Pair

_TEXTS = frozenset(("description", "source", "title", "docs"))

_COMMANDS = {"command": "the command", "tool": "the tool", "server": "the MCP server"}

_METADATA = frozenset(("license", "authors", "urls"))
_VERSION = frozenset(("version", "is_published"))


def _text(found: Difference, pair: Pair) -> Iterator[Said]:
    if not found.path:
        return
    last = found.path[-1]
    whose = f"{owner(found.path)}: " if len(found.path) > 1 else ""
    named = f' of "{found.path[-2]}"' if len(found.path) > 3 else ""
    if found.kind is Kind.REORDERED:
        yield Said("order-changed", f"{whose}`{last}` are in another order")
    elif found.path[0] == "sources" or "examples" in found.path[2:]:
        yield Said("docs-changed", f"{whose}the {'sources' if found.path[0] == 'sources' else 'examples'} have changed")
    elif last in _TEXTS:
        yield Said("docs-changed", f"{whose}the {last}{named} has changed")
    elif last == "is_free":
        yield Said("docs-changed", f"{whose}`free` was {shown(found.old)} and is {shown(found.new)}")
    elif last == "deprecated":
        yield Said("deprecated", f"{whose}`deprecated`{named} was {shown(found.old)} and is {shown(found.new)}")


def _metadata(found: Difference, pair: Pair) -> Iterator[Said]:
    if found.path[1] in _METADATA | _VERSION:
        told = {Kind.ADDED: "is new", Kind.REMOVED: "is gone"}
        change = told.get(found.kind, f"was {shown(found.old)} and is {shown(found.new)}")
        code = "docs-changed" if found.path[1] in _METADATA else "version-changed"
        yield Said(code, f"`{'.'.join(found.path)}` {change}")


def _command(found: Difference, pair: Pair) -> Iterator[Said]:
    whose = f"{owner(found.path)}: " if len(found.path) > 1 else ""
    what = _COMMANDS[found.path[-1]]
    if found.old is None:
        yield Said("command-added", f"{whose}{what} is {shown(found.new)}")
    else:
        yield Said("command-changed", f"{whose}{what} was {shown(found.old)} and is {shown(found.new)}")


RULES = {
    ("...",): _text,
    ("package", "*", "..."): _metadata,
    ("command",): _command,
    ("server",): _command,
    ("jobs", "*", "command"): _command,
    ("jobs", "*", "tool"): _command,
    ("operations", "*", "command"): _command,
    ("operations", "*", "tool"): _command,
}
