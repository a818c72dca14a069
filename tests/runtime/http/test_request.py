"""Requests as values: safe paths, keys for one origin only, and no secret in a `repr`."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from bide_runtime.calls.account import Account, open_account
from bide_runtime.calls.call import Call
from bide_runtime.errors.client import ConfigurationError, InvalidArgument
from bide_runtime.http.auth import Secret, without
from bide_runtime.http.auth import given as checked_secret
from bide_runtime.http.request import Request, Response, as_text, origin, path, query
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.runtime.acme import KEY, PROVIDER, Status
from tests.runtime.storms import rule


@rule
@given(st.text(min_size=1))
def test_an_argument_never_changes_the_path(value: str) -> None:
    """Any id is one segment, and decodes to itself."""
    try:
        made = path("/jobs/{id}/result", {"id": value})
    except InvalidArgument:
        return
    _, jobs, segment, result = urlsplit("https://x.example" + made).path.split("/")

    assert ("jobs", "result") == (jobs, result)
    assert value == unquote(segment)


@pytest.mark.parametrize("value", ["", ".", "..", "\ud800"])
def test_an_unsafe_segment_is_refused(value: str) -> None:
    """Empty and dot segments, and text that a URL cannot hold, are refused."""
    with pytest.raises(InvalidArgument):
        path("/jobs/{id}", {"id": value})


texts = st.text(st.characters(exclude_categories=["Cs"]))


@rule
@given(st.lists(st.tuples(texts.filter(bool), st.one_of(texts, st.none(), st.lists(texts, min_size=1)))))
def test_a_query_decodes_to_its_arguments(pairs: list[tuple[str, Any]]) -> None:
    """Names and values are preserved, `None` is left out, and a list repeats its name."""
    flat = [
        (name, one)
        for name, value in pairs
        if value is not None
        for one in (value if isinstance(value, list) else [value])
    ]
    made = query(pairs)

    assert flat == parse_qsl(made.removeprefix("?"), keep_blank_values=True)
    assert made.startswith("?") or not flat


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (2.5, "2.5"),
        ("x", "x"),
        (Status.DONE, "done"),
        (date(2026, 2, 3), "2026-02-03"),
        (datetime(2026, 2, 3, 4, 5, tzinfo=UTC), "2026-02-03T04:05:00Z"),
    ],
)
def test_values_are_written_as_apis_expect(value: object, text: str) -> None:
    """Booleans, numbers, enums and dates are not written in Python's form."""
    assert text == str(as_text(value))


def test_a_query_refuses_a_lone_surrogate() -> None:
    """Text that a URL cannot hold raises our error, not the library's."""
    with pytest.raises(InvalidArgument):
        query([("a", "\ud800")])


def test_none_in_a_list_is_left_out() -> None:
    """An item that is `None` is left out, like a value."""
    assert "?a=1" == query([("a", [None, 1]), ("b", None), ("c", [])])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x", "https://a.example:443/y?z"),
        ("http://A.example", "http://a.example:80"),
        ("https://a.example", "https://a.example/.."),
    ],
)
def test_the_same_origin_is_recognised(one: str, other: str) -> None:
    """Scheme, host and port, in any case, with or without the default port."""
    assert origin(one) == origin(other)


ELSEWHERE = [
    "http://api.acme.example/v2/x",
    "https://acme.example/v2/x",
    "https://api.acme.example:8443/v2/x",
    "https://api.acme.example.evil.example/x",
    "https://evil.example/?https://api.acme.example",
]


SECRETS: dict[str, tuple[Secret, ...]] = {
    "header": (Secret(at="header", name="X-Key", env="E"),),
    "bearer": (Secret(at="header", name="Authorization", prefix="Bearer", env="E"),),
    "query": (Secret(at="query", name="key", env="E"),),
    "both": (Secret(at="basic", name="both", env="E"),),
    "login": (
        Secret(at="basic", name="username", env="E", argument="username"),
        Secret(at="basic", name="password", env="E"),
    ),
    "two": (
        Secret(at="header", name="X-App", env="E", argument="app"),
        Secret(at="header", name="X-Key", prefix="Key", env="E"),
    ),
}


def account(auth: str) -> Account:
    provider = replace(PROVIDER, auth=SECRETS[auth])
    secrets = {"api_key": KEY, "username": "ada", "app": "an-app-of-mine"}
    return open_account(provider, secrets=secrets, base_url=None, timeout=30, max_retries=3, wall=lambda: 0.0)


def unpacked(header: str) -> str:
    """User name and password in a header."""
    return b64decode(header.removeprefix("Basic ")).decode()


@pytest.mark.parametrize("auth", SECRETS)
@pytest.mark.parametrize("url", ELSEWHERE)
def test_the_key_goes_to_no_other_origin(auth: Any, url: str) -> None:
    """A URL of another scheme, host or port gets no key, in any form."""
    request = account(auth).request_to("GET", url)

    assert KEY not in request.url
    assert KEY not in "".join(request.headers.values())
    assert not {"authorization", "x-app", "x-key"} & request.headers.keys()


@pytest.mark.parametrize("auth", SECRETS)
def test_a_user_name_makes_no_origin(auth: Any) -> None:
    """The text before an `@` is not the host."""
    with pytest.raises(InvalidArgument) as caught:
        account(auth).request_to("GET", "https://api.acme.example@evil.example/x")

    assert KEY not in str(caught.value)


def test_a_header_that_http_cannot_carry_is_refused_at_once() -> None:
    """For any engine, and without quoting it."""
    with pytest.raises(InvalidArgument, match="'x-note'") as caught:
        account("header").request_to("GET", "https://api.acme.example/v2/x", headers={"X-Note": "a\r\nb: c"})

    assert "b: c" not in str(caught.value)


@pytest.mark.parametrize(
    ("auth", "where"),
    [
        ("header", lambda sent: sent.headers["x-key"]),
        ("bearer", lambda sent: sent.headers["authorization"].removeprefix("Bearer ")),
        ("query", lambda sent: dict(parse_qsl(urlsplit(sent.url).query))["key"]),
        ("both", lambda sent: unpacked(sent.headers["authorization"])),
        ("login", lambda sent: unpacked(sent.headers["authorization"]).removeprefix("ada:")),
        ("two", lambda sent: sent.headers["x-key"].removeprefix("Key ") * (sent.headers["x-app"] == "an-app-of-mine")),
    ],
)
def test_the_key_goes_to_the_provider(auth: Any, where: Any) -> None:
    """In a header, as a bearer or in the query, after an existing query."""
    assert KEY == where(account(auth).request_to("GET", "https://api.acme.example/v2/x?a=1"))
    assert KEY == where(account(auth).request_to("GET", "https://api.acme.example/v2/x"))


@pytest.mark.parametrize("auth", SECRETS)
def test_no_repr_shows_the_key(auth: Any) -> None:
    """Neither a request, an account nor an object that holds one shows the key."""
    request = account(auth).request_to("GET", "https://api.acme.example/v2/x", body=KEY.encode())

    assert KEY not in repr(request)
    assert KEY not in repr(account(auth))
    assert KEY not in repr([request, {"a": account(auth)}])


def test_a_response_shows_no_body() -> None:
    """The `repr` of a reply has its size only."""
    assert "Response(200, 6 bytes)" == repr(Response(status=200, headers={}, body=b"secret"))


def test_header_names_are_in_lower_case() -> None:
    """However they were passed."""
    request = account("header").request_to("GET", "https://api.acme.example/v2/x", headers={"X-Trace": "a"})

    assert isinstance(request, Request)
    assert all(name == name.lower() for name in request.headers)
    assert "a" == request.headers["x-trace"]


@pytest.mark.parametrize("auth", SECRETS)
def test_no_error_quotes_a_secret(auth: str) -> None:
    """A secret that a provider quotes, in any form, is not in an exception's text."""
    refused = account(auth)
    sent = refused.request_to("GET", "https://api.acme.example/v2/x")
    quoted = f"{KEY} is no key; " + " ".join(sent.headers.values())
    body = json.dumps({"error": {"code": "bad", "message": quoted}}).encode()
    error = refused.api_error(Response(status=401, headers={}, body=body))

    assert KEY not in str(error)
    assert b64encode(KEY.encode()).decode().rstrip("=")[4:] not in str(error)
    assert sent.headers.get("authorization", KEY) not in str(error)


@pytest.mark.parametrize("secret", ["", "a\nb", "\x00", "\x7f", "\ud800"])
@pytest.mark.parametrize("auth", SECRETS)
def test_an_invalid_secret_is_refused(auth: str, secret: str) -> None:
    """A secret that no request can carry is refused when the client is made."""
    provider = replace(PROVIDER, auth=SECRETS[auth])
    secrets = {"api_key": secret, "username": "ada", "app": "a"}
    with pytest.raises(ConfigurationError):
        open_account(provider, secrets=secrets, base_url=None, timeout=30, max_retries=3, wall=lambda: 0.0)


def test_a_password_may_be_any_text() -> None:
    """A password may have spaces, colons and any letters; a user name must not have a colon."""
    provider = replace(PROVIDER, auth=SECRETS["login"])
    secrets = {"api_key": "p ä: s", "username": "ada"}
    made = open_account(provider, secrets=secrets, base_url=None, timeout=30, max_retries=3, wall=lambda: 0.0)
    sent = made.request_to("GET", "https://api.acme.example/v2/x")

    assert unpacked(sent.headers["authorization"]) == "ada:p ä: s"
    with pytest.raises(ConfigurationError, match="colon"):
        open_account(
            provider, secrets={**secrets, "username": "a:b"}, base_url=None, timeout=30, max_retries=3, wall=lambda: 0.0
        )


@pytest.mark.parametrize(
    ("url", "gets_it"),
    [
        ("https://api.acme.example/v2/x", True),
        ("https://api.acme.example/files/1", True),
        ("https://api.acme.example.evil.example/v2/x", False),
        ("https://evil.example/v2/x", False),
    ],
)
def test_the_key_goes_to_the_origin_of_the_base_url(url: str, gets_it: bool) -> None:
    """Also to another path of it, and nowhere else."""
    account = open_account(
        PROVIDER, secrets={"api_key": KEY}, base_url=None, timeout=30.0, max_retries=3, wall=lambda: 1_790_000_000.0
    )

    assert gets_it is (account.request_to("GET", url).headers.get("x-key") == KEY)


@pytest.mark.parametrize(("body", "kind"), [(None, None), (b"{}", "application/json")])
def test_only_a_body_has_a_content_type(body: bytes | None, kind: str | None) -> None:
    """Without a body there is no content type."""
    account = open_account(
        PROVIDER, secrets={"api_key": KEY}, base_url=None, timeout=30.0, max_retries=3, wall=lambda: 1_790_000_000.0
    )
    request = account.request(Call(method="POST", path="/jobs", body=body))

    assert kind == request.headers.get("content-type")


@pytest.mark.parametrize(
    ("auth", "secrets", "hidden"),
    [
        ((Secret(at="header", name="X-Key", env="E"),), {"api_key": "sk-1"}, ["sk-1"]),
        ((Secret(at="basic", name="both", env="E"),), {"api_key": "ann:pw-1"}, ["ann:pw-1", "pw-1", "YW5uOnB3LTE="]),
        (
            (
                Secret(at="basic", name="username", env="E", argument="username"),
                Secret(at="basic", name="password", env="E"),
            ),
            {"username": "ann", "api_key": "pw-1"},
            ["pw-1", "YW5uOnB3LTE="],
        ),
    ],
    ids=["header", "both", "apart"],
)
def test_a_secret_is_masked_in_every_form(auth: tuple[Secret, ...], secrets: dict[str, str], hidden: list[str]) -> None:
    """The password by itself too; a user name is not a secret."""
    for one in hidden:
        assert "ann said ***." == without(auth, secrets, f"ann said {one}.")


def test_the_error_of_an_invalid_secret_names_its_argument() -> None:
    """ "API key" for a key, otherwise the name of the argument."""
    with pytest.raises(ConfigurationError, match="the API key has a character"):
        checked_secret("Acme", Secret(at="header", name="X-Key", env="E"), "sk\n1")
    with pytest.raises(ConfigurationError, match="the app_id has a character"):
        checked_secret("Acme", Secret(at="header", name="X-App", env="E", argument="app_id"), "a\nb")
