"""`python -m bide` is `bide`."""

import contextlib
import sys

from bide.cli import unchanged


def main() -> int:
    """Run the command line and return the exit code. Imports it only if there is something to do."""
    arguments = sys.argv[1:]
    answer = unchanged.answer(arguments) if arguments[:1] == ["generate"] else None
    if answer is not None:
        with contextlib.suppress(OSError, ValueError):  # if it cannot be printed, the full run reports that
            print(answer, flush=True)
            return 0
    from bide.cli import app

    return app.main()


if __name__ == "__main__":
    sys.exit(main())
