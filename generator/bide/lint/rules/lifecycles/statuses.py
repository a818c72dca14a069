"""ambiguous-status: an HTTP status has one meaning in the replies to one request.

Why: otherwise it would depend on Bide which of them counts. If they are left out, `not_ready` is [409] and `gone` is
[404, 410].

    result: {get: ..., not_ready: [404]}                    # refused: 404 is gone, too
    result: {get: ..., not_ready: [404], gone: [410]}       # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.ir import defaults
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic

_DEFAULTS = {"not_ready": defaults.NOT_READY, "gone": defaults.GONE, "failed": ()}


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        result = lifecycle.get("result", {})
        lists = {key: result.get(key, usual) for key, usual in _DEFAULTS.items()}
        for key in (key for key in _DEFAULTS if key in result):
            for index, status in enumerate(result[key]):
                other = next((one for one, statuses in lists.items() if one != key and status in statuses), None)
                if other is None or (other in result and [*_DEFAULTS].index(other) > [*_DEFAULTS].index(key)):
                    continue  # the later of two keys is reported
                message = f'{status} is in "{other}" too'
                if other not in result:
                    message += " if that is left out"
                help_ = f'write "{other}" without {status}' if other not in result else "keep one of them"
                place = ("lifecycles", name, "result", key, index)
                yield spec.at_value(place, "ambiguous-status", message, help_)
