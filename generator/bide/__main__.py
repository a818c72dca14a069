"""`python -m bide` is `bide`."""

import sys

from bide import unchanged


def main() -> int:
    """Run the command line and return the exit code; load it only if there is something to do."""
    arguments = sys.argv[1:]
    answer = unchanged.answer(arguments) if arguments[:1] == ["generate"] else None
    if answer is not None:
        print(answer)
        return 0
    from bide import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
