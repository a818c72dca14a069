"""key-in-query (warning): credentials are not part of an address.

Why: addresses are written into logs, of the server, of proxies and of whoever looks for an error.

    auth: {query: key, env: ACME_API_KEY}                 # warned of
    auth: {header: X-API-Key, env: ACME_API_KEY}          # fine, and so is bearer
    query: {access_token: string}                         # warned of

Where the provider takes a key in no other way, say so: `# bide: allow key-in-query -- there is no header for it`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bide.lint.spec import FieldView, Spec
from bide.spec.diagnostics import Diagnostic

_SECRETS = frozenset(("accesstoken", "apikey", "apisecret", "authtoken", "clientsecret", "password", "secret"))


def check(spec: Spec) -> Iterator[Diagnostic]:
    for path, secret in spec.secrets():
        if "query" in secret:
            message = "the key is sent as a part of the address"
            help_ = "send it in a header, if the provider takes one"
            yield spec.at_key((*path, "query"), "key-in-query", message, help_, "warning")
    for endpoint in spec.endpoints:
        for view in endpoint.parameters("query"):
            if _is_secret(view):
                message = f'"{view.wire}" is a secret, and is sent as a part of the address'
                yield spec.at_key(view.path, "key-in-query", message, "send it in a header or the body", "warning")


def _is_secret(view: FieldView) -> bool:
    return bool(view.more.get("secret")) or re.sub(r"[^a-z]", "", view.wire.casefold()) in _SECRETS
