"""Large outcomes, in files of their own beside the ledger."""

from __future__ import annotations

import os
from pathlib import Path

from ...errors.ledger import LedgerFileError

LARGE = 256 * 1024
"""Bytes. An outcome with more is kept beside the ledger."""


def folder_of(ledger: Path) -> Path:
    """The folder of the large outcomes of a ledger."""
    return ledger.with_name(f"{ledger.name}-results")


def keep(ledger: Path, number: int, outcome: str) -> str:
    """Write an outcome beside the ledger; returns the name of its file, which is whole or not there."""
    folder, name = folder_of(ledger), f"{number}.json"
    try:
        folder.mkdir(exist_ok=True)
        part = folder / f"{name}.part"
        with part.open("wb") as file:
            file.write(outcome.encode())
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / name)
    except OSError as error:
        raise LedgerFileError(
            f"a large outcome cannot be kept beside the ledger, in {folder}: {error.strerror}"
        ) from error
    return name


def kept(ledger: Path, name: str) -> str:
    """An outcome that was kept beside the ledger."""
    path = folder_of(ledger) / name
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise LedgerFileError(
            f"the ledger keeps an outcome in {path}, which cannot be read: {error.strerror}"
        ) from error
