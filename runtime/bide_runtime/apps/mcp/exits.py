"""The exit codes of a server. When its host leaves it is 0, and after a signal 128 and its number."""

from __future__ import annotations

USAGE = 2
"""What cannot work: a library that is missing, a port in use, a ledger of another provider."""

INTERRUPTED = 130
"""Ctrl-C."""
