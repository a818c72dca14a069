"""The subjects, in the order of the page; each has a module of its name."""

from __future__ import annotations

TITLES = {
    "generating": "Generating a package",
    "importing": "Importing a package",
    "startup": "Help of a command line",
    "decoding": "Reading a status reply",
    "polling": "One poll of a wait",
    "crowd": "Thousands of jobs at once",
    "schedules": "When to poll",
    "batch": "A million inputs",
    "ledger": "A batch on a ledger",
}
