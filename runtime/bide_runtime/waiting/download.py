"""Download a file, with retries that ask for the rest of it. Sans-IO."""

from __future__ import annotations

from ..calls.call import ANY
from ..calls.download import Download
from ..errors.transport import TransportError
from ..http.errors import ApiError
from .flow import INFO, About, Flow, Log, Sleep
from .links import MAX_REDIRECTS, absolute, check_followed, redirected
from .retry import send_with_retries
from .session import Outgoing, Session

_RANGE_NOT_SATISFIABLE = 416
_DOWNLOAD = About("download")


def download(session: Session, url: str, target: Download, *, deadline: float, now: float) -> Flow[None]:
    """Download the file at *url*, an address from a reply of the provider.

    An attempt that brought new bytes does not count as one of the `max_retries`.

    Raises `DecodeError` for an address that must not be followed, the last `ApiError` or `TransportError`, and
    `ReplyTooLarge`.
    """
    account, redirects = session.account, 0
    address = check_followed(account, absolute(account, url), "the address of the file")
    while True:
        size = target.size
        outgoing = Outgoing(
            request=account.request_to("GET", address, accept=ANY), bucket="downloads", download=target, about=_DOWNLOAD
        )
        try:
            yield from send_with_retries(session, outgoing, idempotent=True, deadline=deadline, now=now)
        except ApiError as error:
            now = (yield Sleep(now)).now
            target_url = redirected(account, error.response, address) if redirects < MAX_REDIRECTS else None
            if target_url is not None:
                address, redirects = target_url, redirects + 1
            elif error.status == _RANGE_NOT_SATISFIABLE and size:
                target.restart()
            else:
                raise
        except TransportError as error:
            now = (yield Sleep(now)).now
            if target.size <= size or now >= deadline:
                raise
            yield Log(INFO, "download: %s; going on after %d bytes", (error.message, target.size))
        else:
            return
