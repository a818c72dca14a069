"""Measures one subject, named on the command line, and prints its lines as JSON. Runs where the peers are."""

from __future__ import annotations

import json
import sys
from importlib import import_module


def main(subject: str) -> None:
    """Measure it."""
    json.dump([line.plain() for line in import_module(f"benchmarks.{subject}").measure()], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
