"""Outcomes of a ledger as a file for other programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors.client import ConfigurationError, InvalidArgument
from ..errors.ledger import LedgerFileError
from ..http.request import Json
from .outcome import LedgerOutcome

COLUMNS = ("number", "kind", "key", "state", "job_id", "input", "result", "error", "message")
"""The columns of every format. `error` is the class, `input` and `result` are JSON."""

_ROWS = 1000
"""Rows that are written to a Parquet file at a time."""


def export(outcomes: Iterable[LedgerOutcome], to: Path) -> int:
    """Write the outcomes to a file, by its suffix; returns how many."""
    writers = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}
    if to.suffix not in writers:
        raise InvalidArgument(f"{to.name}: the suffix must be .jsonl, .csv or .parquet")
    try:
        return writers[to.suffix](map(_row, outcomes), to)
    except OSError as error:
        raise LedgerFileError(f"{to} cannot be written: {error.strerror}") from error


def _row(outcome: LedgerOutcome) -> dict[str, Json]:
    error = outcome.error
    values = (
        outcome.number,
        outcome.kind,
        outcome.key,
        str(outcome.state),
        outcome.job_id,
        outcome.input,
        outcome.result,
        None if error is None else type(error).__name__,
        None if error is None else str(error),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _jsonl(rows: Iterator[dict[str, Json]], to: Path) -> int:
    count = 0
    with to.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def _csv(rows: Iterator[dict[str, Json]], to: Path) -> int:
    count = 0
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            writer.writerow(_flat(row))
            count += 1
    return count


def _parquet(rows: Iterator[dict[str, Json]], to: Path) -> int:
    try:
        # By name, so that type checkers do not need it.
        pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise ConfigurationError("a .parquet file needs pyarrow: pip install pyarrow") from error
    types: dict[str, Any] = {name: pyarrow.string() for name in COLUMNS} | {"number": pyarrow.int64()}
    schema = pyarrow.schema(list(types.items()))
    count = 0
    with parquet.ParquetWriter(to, schema) as writer:
        while part := [_flat(row) for row in islice(rows, _ROWS)]:
            writer.write_table(pyarrow.Table.from_pylist(part, schema=schema))
            count += len(part)
    return count


def _flat(row: dict[str, Json]) -> dict[str, Json]:
    """The row with its JSON values as text."""
    return {
        name: json.dumps(value, ensure_ascii=False) if name in ("input", "result") and value is not None else value
        for name, value in row.items()
    }
