"""A ledger cannot be read or written."""

from __future__ import annotations

from .client import ClientError


class LedgerFileError(ClientError):
    """A ledger cannot be read or written. What was written stays, and nothing is sent that could not be written."""
