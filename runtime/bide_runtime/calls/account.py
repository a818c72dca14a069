"""One provider with one key: makes requests from calls, and exceptions from error replies. Sends nothing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Literal, NoReturn, TypeAlias, TypeVar
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from ..edition import VERSION
from ..errors.client import ClientError, ConfigurationError, InvalidArgument
from ..errors.decode import DecodeError
from ..http.auth import Secret, chosen_way, given, is_usual, missing, placed, without
from ..http.errors import ApiError, api_error_class
from ..http.file_body import FileBody
from ..http.headers import SendableHeaders, sendable, sendable_headers
from ..http.keys import Keys
from ..http.rate_limit import MaxRate
from ..http.request import Json, Request, Response, is_loopback, origin, query, with_query
from ..http.retry_after import retry_after
from ..http.scalar import text
from ..http.statuses import Arrival, arrival_of
from ..models.codec import follow, json_in
from ..models.message import code_of, message_of, text_of
from .base_url import url_of
from .call import JSON, Call
from .extras import Extras
from .provider import Provider

T = TypeVar("T")

Auth: TypeAlias = tuple[str, ...] | None
"""The secrets that a request needs, by the client's arguments; `None`: the usual ones."""


def _random_key() -> str:
    return str(uuid4())  # some providers want this form


class Account(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A provider, the secrets of a client, and its options."""

    provider: Provider
    secrets: Mapping[str, str]
    """The secrets that do not change, by the name of the client's argument."""
    base_url: str
    variables: Mapping[str, str] = {}
    """The values of the variables in the base URL; empty if the base URL was passed whole."""
    timeout: float
    max_retries: int
    jitter: Callable[[], float]
    """Returns a number in [0, 1) for jitter."""
    wall: Callable[[], float]
    """The time of day, for `Retry-After` dates and for tokens."""
    new_key: Callable[[], str] = _random_key
    """Returns a new idempotency key."""
    extras: Extras = Extras()
    way: int = 0
    """The way to authenticate, where one of several secrets is enough."""
    keys: Keys | None = None
    """The secrets, if some of them change: then a request gets them when it is sent."""
    token_url: str = ""
    """Where access tokens come from, if the provider wants them."""

    def __repr__(self) -> str:
        return f"Account({self.provider.name!r}, {self.base_url!r})"

    def request(self, call: Call[Any], *, accept: str | None = None) -> Request:
        """The call as a request, with the key."""
        body = self.extras.body_of(call)
        return self.request_to(
            call.method,
            self.extras.url(self.base_url + call.path),
            headers={**call.headers, **({"content-type": call.content_type} if body is not None else {})},
            body=body,
            accept=accept or call.accept,
            auth=call.auth,
        )

    def request_to(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | FileBody | None = None,
        accept: str = JSON,
        auth: Auth = None,
    ) -> Request:
        """A request to any URL. The secrets, and the headers and the query of every request, are sent only to the
        origin of the base URL.

        *auth* are the arguments of the secrets that it needs; `None`: the usual ones. Raises `InvalidArgument`, and
        `ConfigurationError` if one of them is missing.
        """
        is_theirs = url.startswith(f"{self.base_url}/") or self.is_theirs(url)
        if is_theirs and self.provider.query:
            url = with_query(url, self.provider.query)
        if is_theirs and (pairs := self._placed(auth)[1]):
            url += ("&" if "?" in url else "?") + pairs
        sent: Mapping[str, str] = self._usual(accept, is_theirs, auth)
        if headers:
            sent = {
                **sent,
                **{name.lower(): text(value, name) for name, value in headers.items() if value is not None},
            }
        return sendable(Request(method=method, url=url, headers=sent, body=body))

    def keyed(self, request: Request, auth: Auth) -> Request:
        """The request with the secrets of this moment, if they change."""
        if self.keys is None or not self.is_theirs(request.url):
            return request
        headers, pairs = placed(self._needed(auth), self.keys.texts)
        url = request.url
        if pairs:
            url += ("&" if "?" in url else "?") + query(pairs)[1:]
        sent = {**request.headers, **headers}
        return sendable(Request(method=request.method, url=url, headers=sent, body=request.body))

    def token_request(self) -> Request:
        """The request for an access token."""
        assert self.provider.oauth is not None
        return sendable(self.provider.oauth.request(self.token_url, self.secrets, self._usual(JSON, False, ())))

    def changes(self, auth: Auth) -> bool:
        """Whether a request with these secrets gets some that change."""
        return self.keys is not None and any(
            secret.at == "oauth" or secret.argument in self.keys.functions for secret in self._needed(auth)
        )

    def _needed(self, auth: Auth) -> list[Secret]:
        """The secrets that a request needs. Raises `ConfigurationError` if one is missing."""
        needed = [
            each for each in self.provider.auth if (is_usual(each, self.way) if auth is None else each.argument in auth)
        ]
        for secret in needed:
            if secret.argument not in self.secrets and not (self.keys and secret.argument in self.keys.functions):
                raise missing(self.provider.title, secret)
        return needed

    def is_theirs(self, url: str) -> bool:
        """Whether the secrets may be sent to *url*: it has the origin of the base URL."""
        return origin(url) == origin(self.base_url)

    def _usual(self, accept: str, is_theirs: bool, auth: Auth) -> SendableHeaders:
        """The headers of every request: one mapping, shared by all polls of all jobs."""
        found = self._usuals.get((accept, is_theirs, auth))
        if found is None:
            of_us = {"accept": accept, "user-agent": user_agent(self.provider)}
            extra = {name.lower(): text(value, name) for name, value in self.extras.headers.items()}
            of_them = {**self.provider.headers, **extra, **self._placed(auth)[0]} if is_theirs else {}
            found = self._usuals[accept, is_theirs, auth] = sendable_headers({**of_us, **of_them})
        return found

    @cached_property
    def _usuals(self) -> dict[tuple[str, bool, Auth], SendableHeaders]:
        return {}

    def _placed(self, auth: Auth) -> tuple[dict[str, str], str]:
        """The secrets as they are sent, if they do not change: in headers, and as text that is added to the query."""
        found = self._places.get(auth)
        if found is None:
            headers, pairs = placed(self._needed(auth) if self.keys is None else (), self.secrets)
            found = self._places[auth] = headers, query(pairs)[1:]
        return found

    @cached_property
    def _places(self) -> dict[Auth, tuple[dict[str, str], str]]:
        return {}

    def token_error(self, response: Response) -> ApiError:
        """The exception for an error reply of the token endpoint, with the fields of RFC 6749, section 5.2."""
        found = json_in(response)
        code, said = code_of(follow(found, ("error",))), message_of(follow(found, ("error_description",)))
        return self._error(response, f"the token endpoint of {self.provider.title}", found, code, said)

    def api_error(self, response: Response) -> ApiError:
        """The exception for an error reply."""
        body = json_in(response)
        code, message = self._code_and_message(response, body)
        request_id = (
            response.headers.get(self.provider.request_id_header.lower()) if self.provider.request_id_header else None
        )
        if request_id is None and self.provider.request_id_field:
            found = follow(body, self.provider.request_id_field)
            request_id = found if isinstance(found, str) else None
        return self._error(response, self.provider.title, body, code, message, request_id)

    def _error(
        self,
        response: Response,
        who: str,
        body: Json,
        code: str | None,
        message: str | None,
        request_id: str | None = None,
    ) -> ApiError:
        """The exception for an error reply of *who*."""
        said = f": {self._without_key(message)}" if message else ""
        coded = f" [{self._without_key(code)}]" if code else ""
        traced = f" (request {request_id})" if request_id else ""
        error = api_error_class(response.status)(
            f"{who} answered {response.status}{coded}{said}{traced}",
            response=response,
            code=code,
            request_id=request_id,
            body=body if body is not None else response.body,
            retry_after=self.retry_after(response),
            arrival=self.arrival(response.status) or (Arrival.PROCESSED if code in self.provider.transient else None),
        )
        return self.provider.own_errors.of(error)

    def foreign(self, error: Exception) -> ClientError:
        """The error of ours for one that an HTTP engine, or a library between, should not have raised."""
        text = re.sub(r"\?\S*", "?***", self._without_key(str(error)))[:500]
        found = ConfigurationError(
            f"the HTTP engine raised {type(error).__name__}: {text}; this is not an error of the connection"
        )
        found.may_have_arrived = True
        found.__cause__ = error
        return self.provider.own_errors.of(found)

    def arrival(self, status: int) -> Arrival | None:
        """Whether the request of a transient status was processed; `None` for other statuses."""
        return arrival_of(status, self.provider.transient)

    def read(self, call: Call[T], reply: Response) -> T:
        """The decoded reply to a call. Raises `DecodeError`, or `ApiError` if the reply is an error."""
        try:
            return call.read(reply)
        except DecodeError as error:
            self.raise_undecoded(error, reply)

    def raise_undecoded(self, error: DecodeError, reply: Response) -> NoReturn:
        """Raise the error in the body of a 2xx reply, if it has a shape of the spec; otherwise *error*."""
        reported = self.error_instead(reply)
        if reported is None:
            raise error
        raise reported from error

    def error_instead(self, reply: Response) -> ApiError | None:
        """The error in the body of a 2xx reply that does not match its type, by the shapes of the spec."""
        return self.api_error(reply) if any(self._by_shapes(json_in(reply))) else None

    def said(self, response: Response) -> tuple[str | None, str | None]:
        """Code and message in a reply with the shape of an error; `None` for each that is missing."""
        code, message = self._code_and_message(response, json_in(response))
        return code, None if message is None else self._without_key(message)

    def retry_after(self, response: Response) -> float:
        """The reply's `Retry-After` in seconds; 0 if it has none."""
        return retry_after(response.headers, wall=self.wall()) if "retry-after" in response.headers else 0.0

    def _without_key(self, text: str) -> str:
        """*text* with the key masked: some providers quote the key that they refuse."""
        for secrets in (self.secrets, *(() if self.keys is None else self.keys.used)):
            text = without(self.provider.auth, secrets, text)
        return text

    def _code_and_message(self, response: Response, body: Json) -> tuple[str | None, str | None]:
        code, message = self._by_shapes(body)
        return code, message if code or message else text_of(response)

    def _by_shapes(self, body: Json) -> tuple[str | None, str | None]:
        """Code and message by the first shape with a message, otherwise by the first with a code."""
        found = [
            (
                code_of(follow(body, shape.code)) if shape.code else None,
                message_of(follow(body, shape.message)) if shape.message else None,
            )
            for shape in self.provider.errors
        ]
        with_message = (each for each in found if each[1] is not None)
        with_code = (each for each in found if each[0] is not None)
        return next(with_message, None) or next(with_code, (None, None))


def user_agent(provider: Provider) -> str:
    """The `User-Agent`: the versions of the package, of this runtime and of Python."""
    client = f"{provider.name.replace('_', '-')}-client"
    python = ".".join(map(str, sys.version_info[:2]))
    return f"{client}{'/' * bool(provider.version)}{provider.version} bide-runtime/{VERSION} python/{python}"


def open_account(
    provider: Provider,
    *,
    secrets: Mapping[str, object],
    base_url: str | None,
    timeout: float,
    max_retries: int,
    wall: Callable[[], float],
    jitter: Callable[[], float] | None = None,
    new_key: Callable[[], str] | None = None,
    variables: Mapping[str, str | None] | None = None,
) -> Account:
    """The account for the arguments of a client, checked.

    A *base_url* that is passed takes the place of the whole base URL, *variables* included.

    Raises `ConfigurationError` if there is no key or it cannot be sent, or no value for a variable of the base URL, and
    `InvalidArgument` for other values.
    """
    functions: dict[str, Callable[[], Any]] = {}
    fixed: dict[str, str] = {}
    way = chosen_way(provider.title, provider.auth, secrets)
    for secret in provider.auth:
        passed = secrets.get(secret.argument)
        if secret.way not in (0, way) and secret.is_usual:
            continue  # another way, which no request needs
        if callable(passed) and secret.at != "oauth":
            functions[secret.argument] = passed
        elif is_usual(secret, way) or passed is not None or os.environ.get(secret.env):
            fixed[secret.argument] = given(provider.title, secret, passed)
    gets_tokens = {"client_id", "client_secret"} <= fixed.keys() and provider.oauth is not None
    values: dict[str, str] = {}
    if not base_url:
        base_url, values = url_of(provider.title, provider.base_url, provider.variables, variables or {})
    base = _checked_base(base_url)
    from random import random

    return Account(
        provider=provider,
        secrets=fixed,
        way=way,
        keys=Keys(provider.auth, fixed, functions) if functions or gets_tokens else None,
        base_url=base,
        token_url=_token_url(provider, secrets.get("token_url"), base, variables or {}) if gets_tokens else "",
        variables=values,
        timeout=positive("timeout", timeout),
        max_retries=_retries(max_retries),
        jitter=jitter or random,
        wall=wall,
        new_key=new_key or _random_key,
    )


def changed(account: Account, more: Extras, *, timeout: float | None, max_retries: int | None) -> Account:
    """*account* with other options. Raises `InvalidArgument`."""
    return replace(
        account,
        extras=account.extras.with_more(more),
        timeout=account.timeout if timeout is None else positive("timeout", timeout),
        max_retries=account.max_retries if max_retries is None else _retries(max_retries),
    )


def _retries(number: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise InvalidArgument(f"max_retries must be a whole number from 0, not {number!r}")
    return number


def _token_url(provider: Provider, passed: object, base: str, variables: Mapping[str, str | None]) -> str:
    """Where access tokens come from: the URL that was passed, or else that of the spec.

    A client whose base URL is on this machine, as that of a simulator is, gets them there too.
    """
    if passed is not None:
        return _checked_base(passed, "token_url")
    url = "" if provider.oauth is None else provider.oauth.token_url
    scheme, host, port = origin(base)
    if is_loopback(host):
        netloc = f"[{host}]" if ":" in host else host
        path = url.partition("://")[2].partition("/")[2]
        url = f"{scheme}://{netloc if port is None else f'{netloc}:{port}'}/{path}"
    return url_of(provider.title, url, provider.variables, variables, "token_url")[0]


def _checked_base(url: object, name: str = "base_url") -> str:
    try:
        scheme, host, _ = origin(url) if isinstance(url, str) else ("", "", None)
    except ValueError:
        scheme, host = "", ""
    if (
        scheme not in ("http", "https")
        or not isinstance(url, str)
        or not host
        or not url.isprintable()
        or set(url) & set("@?# ")
    ):
        raise InvalidArgument(
            f"{name} must be http:// or https://, a host and perhaps a path, without user name, query or fragment"
        )
    return url.rstrip("/")


def positive(name: str, seconds: float) -> float:
    """*seconds*, if they are a positive number. Raises `InvalidArgument`."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < float("inf"):
        raise InvalidArgument(f"{name} must be a positive number of seconds, not {seconds!r}")
    return float(seconds)


def seconds_of(timeout: float | Literal["default"] | None, default: float) -> float | None:
    """The timeout of a wait in seconds; `None`: no limit. Raises `InvalidArgument`."""
    if timeout is None:
        return None
    return default if timeout == "default" else positive("timeout", timeout)


def max_rate_of(given: float | MaxRate | None) -> MaxRate | None:
    """The limit for all requests of a client: one that is shared, or its own. Raises `InvalidArgument`."""
    return given if given is None or isinstance(given, MaxRate) else MaxRate(given)
