"""The user's cache folder. What is in it can be deleted at any time."""

from __future__ import annotations

import os


def cache_folder() -> str:
    """The path, which may not exist yet. Raises `FileNotFoundError` if the user has no home."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    if not os.path.isabs(cache):
        raise FileNotFoundError("the user has no home")
    return os.path.join(cache, "bide")
