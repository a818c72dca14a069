"""Write a value as YAML on one line, as an author would."""

from __future__ import annotations

import json
import re
from typing import Any

_PLAIN = re.compile(r"(?:https?://)?(?![0-9.]+$)[A-Za-z0-9/^][A-Za-z0-9 /_.?^$*+-]*")
"""Text that needs no quotes anywhere in YAML, if it is not one of `_WORDS`."""

_WORDS = frozenset(("true", "false", "null"))


def one_line(value: Any) -> str:
    """The value in flow style, quoted only where it must be."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{one_line(key)}: {one_line(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(one_line, value))}]"
    is_plain = isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS
    return value if is_plain else json.dumps(value, ensure_ascii=False)
