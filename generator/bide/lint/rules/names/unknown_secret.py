"""unknown-secret: the `auth` of a request is `none`, or secrets of the provider's `auth`.

Why: the request would be sent without what it needs.

    auth: [{bearer: true, env: A}, {header: X-Admin, env: B, name: admin_key}]
    operations: {purge: {post: /purge, auth: admin}}          # refused: no secret has this name
    operations: {purge: {post: /purge, auth: admin_key}}      # fine, and no other request gets this key
    operations: {ping: {get: /ping, auth: none}}              # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.rules.names.secrets import name_of
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.hints import did_you_mean


def check(spec: Spec) -> Iterator[Diagnostic]:
    known = [name_of(secret) for _, secret in spec.secrets()]
    for endpoint in spec.endpoints:
        if "auth" not in endpoint.raw:
            continue
        path, given = (*endpoint.path, "auth"), endpoint.raw["auth"]
        if given == "none" and not known:
            yield spec.at_key(path, "no-effect", '"auth" has no effect: the provider has no "auth"', "remove it")
        for name in [] if given == "none" else [given] if isinstance(given, str) else given:
            if name not in known:
                help_ = did_you_mean(name, known) or f"its secrets are {', '.join(known) or 'none'}"
                yield spec.at_value(path, "unknown-secret", f'"{name}" is no secret of "auth"', help_)
