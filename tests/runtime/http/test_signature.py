"""Signatures of webhooks, with the examples of GitHub and of Standard Webhooks."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

import pytest
from bide_runtime.errors.client import ConfigurationError, InvalidArgument, InvalidSignature
from bide_runtime.http.signature import Signature, plain_headers
from hypothesis import given
from hypothesis import strategies as st

PLAIN = Signature(header="X-Hub-Signature-256", prefix="sha256=", env="A")
STANDARD = Signature(
    header="webhook-signature",
    encoding="base64",
    prefix="v1,",
    signed="{id}.{timestamp}.{body}",
    timestamp="webhook-timestamp",
    id="webhook-id",
    base64_key=True,
    env="A",
)
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_614_265_330.0
BODY = b'{"test": 2432232314}'
SENT = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def check(body: bytes = BODY, secrets: Any = (WHSEC,), now: float = NOW, **headers: str) -> None:
    found = {**SENT, **{name.replace("_", "-"): text for name, text in headers.items()}}
    STANDARD.check(body, {name: text for name, text in found.items() if text}, secrets, now=now, title="Acme")


def test_the_example_of_github() -> None:
    """From its documentation on validating webhook deliveries."""
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    PLAIN.check(
        b"Hello, World!",
        {"x-hub-signature-256": signature},
        ["It's a Secret to Everybody"],
        now=0.0,
        title="GitHub",
    )


def test_the_example_of_standard_webhooks() -> None:
    """From the tests of its reference implementation."""
    check()


def test_several_signatures_and_several_secrets() -> None:
    """While a secret is replaced, either side may have two."""
    check(webhook_signature=f"v1,bm9uc2Vuc2U= v1a,bm90 {SENT['webhook-signature']}")
    check(secrets=("whsec_bm90IHRoaXM=", WHSEC))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"body": BODY + b" "}, "no signature in webhook-signature fits"),
        ({"secrets": ("whsec_bm90IHRoaXM=",)}, "no signature in webhook-signature fits"),
        ({"webhook_id": "msg_other"}, "no signature in webhook-signature fits"),
        ({"webhook_timestamp": "1614265331"}, "no signature in webhook-signature fits"),
        ({"webhook_signature": "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "no signature in"),
        ({"webhook_signature": ""}, "the webhook has no header webhook-signature: it is not from Acme"),
        ({"webhook_timestamp": ""}, "the webhook has no header webhook-timestamp"),
        ({"webhook_id": ""}, "the webhook has no header webhook-id"),
        ({"now": NOW + 301}, "the webhook was sent 301 s ago, and the limit is 300 s"),
        ({"now": NOW - 301}, "the webhook was sent 301 s in the future"),
        ({"webhook_timestamp": "yesterday"}, "is not a time in seconds"),
        ({"webhook_timestamp": "1e9"}, "is not a time in seconds"),
    ],
)
def test_each_refusal_is_a_sentence(changes: dict[str, Any], said: str) -> None:
    """What is wrong; never the secret or the right signature."""
    with pytest.raises(InvalidSignature) as caught:
        check(**changes)

    assert said in str(caught.value)
    assert "MfKQ" not in str(caught.value)
    assert "g0hM" not in str(caught.value)


def test_the_limits_of_age_are_included() -> None:
    """5 minutes before and after."""
    check(now=NOW + 300)
    check(now=NOW - 300)


def test_a_secret_that_is_no_base64() -> None:
    """The sentence does not quote it."""
    with pytest.raises(ConfigurationError, match="the webhook secret is not base64") as caught:
        check(secrets=("whsec_not base64",))
    assert "not base64 after" in str(caught.value)


@given(body=st.binary(max_size=40), secret=st.binary(min_size=1, max_size=20), now=st.integers(0, 2_000_000_000))
@pytest.mark.parametrize("encoding", ["hex", "base64"])
@pytest.mark.parametrize("hmac", ["sha1", "sha256", "sha512"])
def test_what_is_signed_is_accepted(hmac: Any, encoding: Any, body: bytes, secret: bytes, now: int) -> None:
    """With any hash, encoding and template, and bytes that are no text."""
    signature = Signature(
        header="X-Sig", hmac=hmac, encoding=encoding, signed="t={timestamp}&{body}&end", timestamp="X-Time", env="A"
    )
    headers = signature.headers(body, secret.hex(), now=now, id="1")

    signature.check(body, headers, [secret.hex()], now=now + 1, title="Acme")
    with pytest.raises(InvalidSignature):
        signature.check(body + b"x", headers, [secret.hex()], now=now + 1, title="Acme")


@pytest.mark.parametrize(
    "headers",
    [{"X-A": "b"}, {"x-a": b"b"}, [("X-A", "b")], [(b"x-a", b" b ")], {"X-A": ["b"]}],
    ids=["mapping", "bytes", "pairs", "asgi", "lists"],
)
def test_headers_of_any_framework(headers: Any) -> None:
    """Mappings, pairs, bytes, and lists of one value."""
    assert {"x-a": "b"} == plain_headers(headers)


def test_a_header_with_several_values_is_joined() -> None:
    """As in HTTP: a proxy may add a second value to a header that says nothing of the webhook."""
    assert {"via": "1.1 a, 1.1 b", "x-a": "b"} == plain_headers({"Via": ["1.1 a", b"1.1 b"], "X-A": ["b"]})


@pytest.mark.parametrize("name", ["webhook-signature", "webhook-id"])
def test_a_header_that_is_no_unicode_fits_no_signature(name: str) -> None:
    """Some frameworks decode bytes that are not UTF-8 to lone surrogates."""
    headers = plain_headers({**SENT, name: "v1,\udcff"})
    with pytest.raises(InvalidSignature, match="no signature in webhook-signature fits"):
        STANDARD.check(BODY, headers, [WHSEC], now=NOW, title="Acme")


@pytest.mark.parametrize("headers", [None, 5, "x", {"a": None}, [1]])
def test_what_is_no_headers_is_refused(headers: Any) -> None:
    """In a sentence."""
    with pytest.raises(InvalidArgument, match="headers must be a mapping"):
        plain_headers(headers)


PAIRS = Signature(header="Acme-Signature", prefix="v1=", signed="{timestamp}.{body}", timestamp_pair="t", env="A")


def paired(header: str, *, now: float = NOW) -> None:
    PAIRS.check(BODY, {"acme-signature": header}, ["secret"], now=now, title="Acme")


def test_the_time_may_be_beside_the_signature() -> None:
    """As pairs in one header, among signatures of other schemes and by other secrets, also with spaces."""
    header = PAIRS.headers(BODY, "secret", now=NOW, id="")["acme-signature"]
    text = b"1614265330." + BODY
    assert header == f"t=1614265330,v1={hmac.new(b'secret', text, 'sha256').hexdigest()}"

    paired(header)
    paired(f"{header.replace(',', ', v0=6ffbb59b, v1=00, ')}")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda header: header.replace("t=1614265330", "t=1614265331"), "no signature in Acme-Signature fits"),
        (lambda header: header.replace("v1=", "v0="), "no signature in Acme-Signature fits"),
        (
            lambda header: header.replace("t=", "s="),
            "the pair t in the header Acme-Signature of the webhook is not a time in seconds since 1970",
        ),
        (lambda header: header.replace("t=1614265330", "t=soon"), "is not a time in seconds since 1970"),
    ],
)
def test_a_changed_pair_is_refused(change: Callable[[str], str], says: str) -> None:
    """The time is signed, and the scheme is that of the spec."""
    header = PAIRS.headers(BODY, "secret", now=NOW, id="")["acme-signature"]
    with pytest.raises(InvalidSignature, match=says):
        paired(change(header))
    with pytest.raises(InvalidSignature, match="301 s ago"):
        paired(header, now=NOW + 301)
