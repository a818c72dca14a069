"""What a client is made with: keys, variables, hosts; and how it reads errors.

auth-changed (breaking): the provider is given another key, or in another way.

Hits: new version.

Why: a client is made with other arguments or environment variables, or the provider refuses the key.

Way out: say in the changelog what to set.

    # old
    auth: {header: X-API-Key, env: ACME_API_KEY}

    # new
    auth: {header: X-API-Key, env: ACME_KEY}

Says: `auth.api_key.env` was "ACME_API_KEY" and is "ACME_KEY"

request-auth-changed (breaking): a request needs other keys than before.

Hits: new version.

Why: a client without them raises an error.

    # old
    operations: {search: {}}

    # new
    operations: {search: {auth: none}}

Says: operation "search": its `auth` has changed

client-renamed (breaking): the package or its client has another name.

Hits: new version.

Why: imports and installations fail.

Way out: keep the name.

    # old
    class: Acme

    # new
    class: AcmeApi

Says: `class_name` was "Acme" and is "AcmeApi"

variable-changed (breaking): a variable of the base URL is required, gone, or another.

Hits: new version, saved tokens.

Why: a client is made with other arguments, or has another base URL, and tokens belong to that.

    # old
    base_url: https://{region}.acme.example/v1
    variables: {region: {default: eu, description: Where.}}

    # new
    base_url: https://{region}.acme.example/v1
    variables: {region: {default: us, description: Where.}}

Says: `variables.region.default` was "eu" and is "us"

host-added (behaviour): addresses on another host are followed.

Hits: new version.

Why: requests without keys go there. Check that the host belongs to the provider.

    # old
    hosts: []

    # new
    hosts: [files.acme.example]

Says: addresses on the host "files.acme.example" are followed now

host-removed (breaking): addresses on a host are not followed any more.

Hits: new version, saved tokens.

Why: a job whose result is there raises an error.

    # old
    hosts: [files.acme.example]

    # new
    hosts: []

Says: addresses on the host "files.acme.example" are not followed any more

webhook-signature-changed (breaking): webhooks are signed in another way.

Hits: new version, older versions.

Why: if the provider has changed, older versions refuse every webhook.

Way out: publish soon if the provider has changed.

    # old
    webhooks: {header: X-Signature, env: ACME_SECRET}
    jobs: {page: {webhook: {job_id: id}}}

    # new
    webhooks: {header: X-Sign, env: ACME_SECRET}
    jobs: {page: {webhook: {job_id: id}}}

Says: `webhooks.header` was "X-Signature" and is "X-Sign"

errors-changed (behaviour): errors are read otherwise, or other ones may pass.

Hits: new version.

Why: `code`, `message` and `request_id` of an error have other values, or a wait goes on where it ended.

    # old
    transient: [561]

    # new
    transient: [561, 562]

Says: `transient.562` is new
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.differ.differences import Difference, Kind
from bide.differ.said import Judge, Said, owner, shown
from bide.differ.version import Pair


def _plainly(code: str) -> Judge:
    def judge(found: Difference, pair: Pair) -> Iterator[Said]:
        told = {Kind.ADDED: "is new", Kind.REMOVED: "is gone", Kind.REORDERED: "is in another order"}
        change = told.get(found.kind, f"was {shown(found.old)} and is {shown(found.new)}")
        if found.path[-1] not in ("description", "source"):
            yield Said(code, f"`{'.'.join(found.path)}` {change}")

    return judge


def _host(found: Difference, pair: Pair) -> Iterator[Said]:
    what = f'addresses on the host "{found.path[1]}" are'
    if found.kind is Kind.ADDED:
        yield Said("host-added", f"{what} followed now")
    else:
        yield Said("host-removed", f"{what} not followed any more")


def _request(found: Difference, pair: Pair) -> Iterator[Said]:
    yield Said("request-auth-changed", f"{owner(found.path)}: its `auth` has changed")


_REQUESTS = (
    ("operations", "*", "endpoint"),
    ("jobs", "*", "submit"),
    ("jobs", "*", "find", "endpoint"),
    ("lifecycles", "*", "poll"),
    ("lifecycles", "*", "poll_many", "endpoint"),
    ("lifecycles", "*", "result", "endpoint"),
    ("lifecycles", "*", "cancel", "endpoint"),
)

RULES = {
    ("auth", "..."): _plainly("auth-changed"),
    ("oauth", "..."): _plainly("auth-changed"),
    **{(*request, "auth", "..."): _request for request in _REQUESTS},
    ("name",): _plainly("client-renamed"),
    ("class_name",): _plainly("client-renamed"),
    ("package", "name"): _plainly("client-renamed"),
    ("variables", "..."): _plainly("variable-changed"),
    ("hosts", "*"): _host,
    ("webhooks", "..."): _plainly("webhook-signature-changed"),
    ("errors", "..."): _plainly("errors-changed"),
    ("transient", "..."): _plainly("errors-changed"),
    ("request_id_header",): _plainly("errors-changed"),
    ("request_id_field", "..."): _plainly("errors-changed"),
}
