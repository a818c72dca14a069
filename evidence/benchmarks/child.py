"""Measures one subject, named on the command line, and prints its lines as JSON. Runs where the peers are.

With `alone` after the name, it also measures the parts that a subject leaves out when all subjects are measured.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module


def main(subject: str, *how: str) -> None:
    """Measure the subject and print its lines."""
    module = import_module(f"evidence.benchmarks.{subject}")
    measure = getattr(module, "measure_alone", module.measure) if "alone" in how else module.measure
    json.dump([line.plain() for line in measure()], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
