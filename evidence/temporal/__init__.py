"""Kill workers of Temporal and its server while jobs run, and count what the provider saw."""

import sys
from pathlib import Path

sys.path[:0] = map(str, sorted((Path(__file__).parents[2] / "generated").iterdir()))
