"""key-in-query (warning): credentials are not part of a URL.

Why: URLs end up in the logs of servers, proxies and clients.

    auth: {query: key, env: ACME_API_KEY}                 # warned about
    auth: {header: X-API-Key, env: ACME_API_KEY}          # fine, and so is bearer
    query: {access_token: string}                         # warned about

If the provider accepts the key nowhere else: `# bide: allow key-in-query -- the provider has no header for it`.
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
            message = "the API key is sent in the URL"
            help_ = "send it in a header, if the provider accepts one"
            yield spec.at_key((*path, "query"), "key-in-query", message, help_, "warning")
    for endpoint in spec.endpoints:
        for view in endpoint.parameters("query"):
            if _is_secret(view):
                message = f'"{view.wire}" is a secret and is sent in the URL'
                yield spec.at_key(view.path, "key-in-query", message, "send it in a header or the body", "warning")


def _is_secret(view: FieldView) -> bool:
    return bool(view.more.get("secret")) or re.sub(r"[^a-z]", "", view.wire.casefold()) in _SECRETS
