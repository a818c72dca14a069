"""Make one call with one client. Standard input has the order, standard output the result as one line of JSON."""

from __future__ import annotations

import io
import json
import sys
import time
from contextlib import redirect_stdout
from importlib import import_module

from note import Log


def main() -> None:
    """Make the call."""
    order = json.load(sys.stdin)
    if "package" in order:
        sys.path.insert(0, order["package"])
        import_module(order["client"])
    call = getattr(import_module(order["module"]), order["function"])
    note, printed = Log(), io.StringIO()
    began = time.monotonic()
    with redirect_stdout(printed):
        try:
            note.what = call(order, note)
            note.ended = "returned"
        except Exception as error:  # any exception is the outcome
            note.raised(error)
    note.seconds = time.monotonic() - began
    note.printed = printed.getvalue().strip()
    print(note.line(), flush=True)


if __name__ == "__main__":
    main()
