"""The defaults of the spec language: what a spec means where it leaves a key out."""

from __future__ import annotations

ACCEPTS = (200, 202)
"""`accepts` of a poll whose reply has a status."""

NOT_READY = (409,)
"""`not_ready` of a result with its own address."""

GONE = (404, 410)
"""`gone` of a result with its own address."""

FIRST_PAGE = 1
"""`first` of a result in pages."""

INTERVAL = "2s..5s"
"""`interval`; both ends are at least `min_interval`."""

MIN_INTERVAL = "500ms"
"""`min_interval`."""

TIMEOUT = "5m"
"""`timeout`, or `TYPICAL_TIMES` the longest `typical` time if that is longer."""

TYPICAL_TIMES = 4

VISIBLE_WITHIN = "60s"
"""How long a new job may be missing from the list in which `find` searches."""

LIST_RETENTION = "24h"
"""How long a job is in that list at least."""

WEBHOOK_TOLERANCE = "5m"
"""How old a webhook may be."""
