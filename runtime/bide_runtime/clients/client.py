"""The blocking driver: performs the actions of a flow. Its asyncio twin differs only by `await`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from math import inf
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, Self, TypeVar
from weakref import WeakSet

from msgspec.structs import replace

from ..calls.account import changed, max_rate_of, open_account, positive
from ..calls.call import Call
from ..calls.extras import Extras
from ..calls.provider import Provider
from ..engines.default import default_transport
from ..engines.transport import StreamReply, Transport
from ..errors.client import ClientClosed, ClientError
from ..errors.own import raises_own
from ..http.keys import function_failed
from ..http.rate_limit import MaxRate, RateLimiter
from ..http.request import Json, Response
from ..jobs.min_interval import MinIntervals
from ..jobs.snapshot import Update
from ..process import OfOneProcess, reset_after_fork
from ..waiting.flow import (
    AboutToSend,
    Created,
    Finished,
    Flow,
    Log,
    NewKey,
    NothingMade,
    Notify,
    Received,
    Running,
    Saw,
    Send,
    Sleep,
    missed,
)
from ..waiting.keys import fetch_token, keys_of, opening, reopening
from ..waiting.retry import send_with_retries
from ..waiting.session import Outgoing, Session
from .clock import Clock, SystemClock
from .colour import refuse_async_functions, refuse_other_colour
from .namespace import Namespace
from .options import Hook, Key, check_functions, check_mappings, check_methods

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from ..calls.events import StreamCall
    from .batches.senders import Senders
    from .observer import Observer
    from .progress import Bar, ProgressDisplay
    from .streams.stream import Stream
    from .trace import Trace

E = TypeVar("E")
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Client(OfOneProcess):
    """The base of every blocking client. May be shared between threads."""

    _provider: ClassVar[Provider]
    _why_no_pickle = Namespace._why_no_pickle

    def __init__(
        self,
        api_key: Key | None = None,
        *,
        base_url: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 3,
        transport: Transport | None = None,
        clock: Clock | None = None,
        observer: Observer | None = None,
        trace: str | PathLike[str] | None = None,
        max_rate: float | MaxRate | None = None,
        jitter: Callable[[], float] | None = None,
        new_key: Callable[[], str] | None = None,
        secrets: Mapping[str, Key | None] | None = None,
        variables: Mapping[str, str | None] | None = None,
    ) -> None:
        with self._provider.own_errors:
            refuse_other_colour("blocking", clock=clock, transport=transport)
            check_functions(observer=observer, jitter=jitter, new_key=new_key)
            check_methods("transport", transport, "send")
            check_methods("clock", clock, "now", "wall", "sleep")
            self._clock: Clock = clock or SystemClock()
            refuse_async_functions({"api_key": api_key, **(secrets or {})})
            account = open_account(
                self._provider,
                secrets={"api_key": api_key, **(secrets or {})},
                base_url=base_url,
                timeout=timeout,
                max_retries=max_retries,
                wall=self._clock.wall,
                jitter=jitter,
                new_key=new_key,
                variables=variables,
            )
            limiter = RateLimiter(self._provider.rates, total=max_rate_of(max_rate))
            self._session = Session(account, MinIntervals(), limiter)
            self._transport = transport
            self._owns_transport = transport is None
            self._closed = False
            self._view_of: Client | None = None
            """The client that owns the connections, if this is a view of it."""
            self._on_reply: Callable[[Response], object] | None = None
            self._lock = Lock()
            self._key_lock = Lock()
            self._wakeups: WeakSet[Event] = WeakSet()
            self._observer = observer
            self._log = logging.getLogger(f"{self._provider.name}_client")
            self._trace: Trace | None = None
            if trace is not None:
                from .trace import Trace

                self._trace = Trace(trace, wall=self._clock.wall, log=self._log)
            reset_after_fork(self)

    def _reset_in_child(self) -> None:
        """Forget the locks, rate limits and minimum intervals of the parent process."""
        self._lock = Lock()
        self._key_lock = Lock()
        self._wakeups = WeakSet()
        self._session.min_interval.forget()
        self._session.limiter.forget()

    def close(self) -> None:
        """Close the connections. Later calls raise `ClientClosed`; jobs continue at the provider."""
        if self._view_of is not None:
            return
        self._closed = True
        for wakeup in list(self._wakeups):
            wakeup.set()
        if self._transport is not None and self._owns_transport:
            self._transport.close()

    @raises_own
    def with_options(
        self,
        *,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Json] | None = None,
        extra_body: Mapping[str, Json] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        on_reply: Callable[[Response], object] | None = None,
    ) -> Self:
        """A view of this client with other options, for one call or for many. It shares connections and rate limits.

        Args:
            extra_headers: Sent with every request to the provider.
            extra_query: Added to the URL of each call and each submit.
            extra_body: Fields added to the JSON body of each call and each submit.
            timeout: Of one HTTP request, in seconds.
            max_retries: How often a failed request is sent again at most.
            on_reply: Called with each raw reply: its status, headers and body.
        """
        check_mappings(extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body)
        check_functions(on_reply=on_reply)
        view = object.__new__(type(self))
        view.__dict__.update(vars(self))
        view._view_of = self._root
        more = Extras(headers=extra_headers or {}, query=extra_query or {}, body=extra_body or {})
        account = changed(self._session.account, more, timeout=timeout, max_retries=max_retries)
        view._session = replace(self._session, account=account)
        view._on_reply = on_reply or self._on_reply
        for name, part in vars(self).items():
            if isinstance(part, Namespace):
                setattr(view, name, part._for(view))
        return view

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.with_options()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._session.account.base_url}>"

    @raises_own
    def _send(self, make: Callable[P, Call[T]], timeout: float | None, /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Make one call, with retries where they are safe."""
        call = make(*args, **kwargs)
        reply, _ = self._drive(
            send_with_retries(
                self._session,
                Outgoing(request=self._session.account.request(call), bucket=call.bucket, auth=call.auth),
                idempotent=call.idempotent,
                timeout=call.timeout if timeout is None else positive("timeout", timeout),
                now=self._clock.now(),
            )
        )
        return self._session.account.read(call, reply)

    @raises_own
    def _open(
        self, make: Callable[P, StreamCall[E]], timeout: float | None, /, *args: P.args, **kwargs: P.kwargs
    ) -> Stream[E]:
        """Open a stream of events. The request is sent when the first event is read."""
        from .streams.stream import Stream

        call, account = make(*args, **kwargs), self._session.account
        patience = call.call.timeout or account.timeout if timeout is None else positive("timeout", timeout)
        return Stream(lambda: self._connect(call, patience), call.reader, account)

    def _connect(self, call: StreamCall[Any], timeout: float) -> StreamReply:
        """Send the request of a stream; the reply, whose events are not read yet."""
        account = self._session.account
        request = call.request(account)
        keys = keys_of(account, request, call.call.auth)
        asked = self._drive(opening(keys, self._clock.now()))
        reply = self._engine().open(account.keyed(request, call.call.auth), timeout=timeout)
        try:
            answer = Response(status=reply.status, headers={}, body=b"")
            if not self._drive(reopening(keys, Received(self._clock.now(), answer, asked=asked))):
                return reply
        except BaseException:
            reply.close()
            raise
        reply.close()
        return self._engine().open(account.keyed(request, call.call.auth), timeout=timeout)

    @raises_own
    def download_file(
        self,
        url: str,
        to: str | PathLike[str],
        *,
        timeout: float | None = None,
        limit: int | None = None,
        progress: bool | ProgressDisplay = False,
    ) -> Path:
        """Download a file of a result to disk; returns its path.

        The key is sent only to the provider itself. A download that was cut goes on where it stopped, also in a later
        call, if the server says which version of the file it has. The file gets its name when it is complete.

        Args:
            url: The address, from a reply. Its host must be that of the base URL, or one of the spec's `hosts`.
            to: The path of the file, which is replaced. Until it is complete, its name ends in `.part`.
            timeout: Of the whole download, in seconds. Default: no limit.
            limit: The most bytes that the file may have. Default: no limit.
            progress: Whether to show a line in the terminal, which needs `rich`; or a `rich.progress.Progress` to
                show it in.

        Raises:
            ApiError, TransportError: The server refuses, or the connection was lost too often without a new byte.
            ReplyTooLarge: The file is larger than *limit*.
            DecodeError: An address that must not be followed.
            ConfigurationError: The file cannot be written.
        """
        from ..waiting.download import download
        from .downloads.part_file import PartFile
        from .progress import bar_of

        file = PartFile(to)
        target = file.opened(limit)
        now = self._clock.now()
        deadline = inf if timeout is None else now + positive("timeout", timeout)
        bar = bar_of(file.path.name, progress) if progress else None
        if bar is not None:
            file.on_write = lambda: bar.show_bytes(target.size, target.total)
        try:
            self._drive(download(self._session, url, target, deadline=deadline, now=now), bar=bar)
        finally:
            file.close()
        return file.finish()

    @raises_own
    def _drive(
        self,
        flow: Flow[T],
        on_update: Callable[[Update[Any]], None] | None = None,
        *,
        bar: Bar | None = None,
        before_send: Hook | None = None,
        nothing_made: Hook | None = None,
    ) -> T:
        """Run a flow to its end; pass each update, and news of its submit, to the callbacks."""
        check_functions(on_update=on_update, before_send=before_send, nothing_made=nothing_made)
        running, wakeup = Running(flow), self._new_wakeup()
        with bar or nullcontext():
            try:
                while True:
                    match self._advance(running, wakeup):
                        case Notify(update):
                            if bar is not None:
                                bar.show_update(update)
                            if on_update is not None:
                                on_update(update)
                        case AboutToSend():
                            if before_send is not None:
                                before_send()
                        case NothingMade():
                            if nothing_made is not None:
                                nothing_made()
                        case Finished(result):
                            return result
            except BaseException as error:
                running.leave(error)
                raise

    def _watch(self, flow: Flow[None]) -> Iterator[Update[Any]]:
        """Run a flow to its end; yield its updates."""
        running, wakeup = Running(flow), self._new_wakeup()
        try:
            with self._provider.own_errors:
                while isinstance(step := self._advance(running, wakeup), Notify):
                    yield step.update
        finally:
            running.close()

    def _advance(self, running: Running[T], wakeup: Event) -> AboutToSend | NothingMade | Notify | Finished[T]:
        """Run a flow to its next update or news of its submit, or to its end."""
        root, seen = self._root, Received(self._clock.now())
        while True:
            match running.next(seen):
                case Send() | NewKey() as send:
                    seen = self._sent(send)
                case Sleep(until):
                    self._clock.sleep(until - self._clock.now(), wakeup)
                    if root._closed:
                        running.stop(self._closing())
                    if wakeup.is_set():
                        wakeup.clear()
                    seen = Received(self._clock.now())
                case Notify() | AboutToSend() | NothingMade() | Finished() as step:
                    return step
                case Log() as note:
                    self._noted(note)
                    seen = Received(self._clock.now())
                case Created(record):
                    running.record = record
                    seen = Received(self._clock.now())

    def _sent(self, send: Send | NewKey) -> Received:
        """Send one request, or ask for a new key; return the reply or the error."""
        if isinstance(send, NewKey):
            return self._asked(send)
        began = self._clock.now()
        if began >= send.before:
            return missed(began)
        if self._session.limiter.closed_until(send.bucket) > began:
            # A 429 arrived while this request waited behind others of its batch.
            return Received(began)
        reply: Response | ClientError
        try:
            timeout = min(send.timeout, send.before - began)
            if send.download is None:
                reply = self._engine().send(send.request, timeout=timeout)
            else:
                from .downloads.pour import poured

                reply = poured(self._engine(), replace(send, timeout=timeout), send.download, self._clock)
            if not isinstance(reply, Response):
                raise TypeError(f"it returned {type(reply).__name__}, not a Response")
        except ClientError as error:
            reply = self._provider.own_errors.of(error)
        except Exception as error:
            reply = self._session.account.foreign(error)
        now = self._clock.now()
        if self._on_reply is not None and isinstance(reply, Response) and not send.is_private:
            self._on_reply(reply)
        if self._trace is not None:
            retry_after = self._session.account.retry_after(reply) if isinstance(reply, Response) else 0.0
            self._trace.note_request(send, reply, now - began, retry_after)
        if self._observer is not None:
            self._observed(self._observer, send, reply, now - began)
        return Received(now, reply, now - began)

    def _asked(self, ask: NewKey) -> Received:
        """Ask for new secrets, unless another call has just done so."""
        account = self._session.account
        keys = account.keys
        assert keys is not None
        with self._root._key_lock:
            if keys.asked == ask.asked:
                try:
                    answers = {name: self._answer_of(name, each) for name, each in keys.functions.items()}
                    token = self._drive(fetch_token(account, ask.before, self._clock.now()))
                    keys.note(answers, token)
                except ClientError as error:
                    keys.note_failure(self._provider.own_errors.of(error))
        return Received(self._clock.now(), keys.error)

    def _answer_of(self, name: str, function: Callable[[], Any]) -> object:
        """The secret that a function of the user returns."""
        try:
            return function()
        except Exception as error:
            raise function_failed(name, error) from error

    def _observed(self, observer: Observer, send: Send, reply: Response | ClientError, seconds: float) -> None:
        from .observer import observe

        try:
            observe(observer, self._provider, send, reply, seconds)
        except Exception:
            self._log.exception("the observer failed; the call continues")

    @property
    def _logs_at(self) -> Callable[[int], bool]:
        """Whether a batch should pass on messages of a level."""
        return self._log.isEnabledFor if self._trace is None else lambda level: True

    def _noted(self, note: Log) -> None:
        if self._trace is not None and isinstance(note, Saw):
            self._trace.note_job(note)
        if self._log.isEnabledFor(note.level):
            self._log.log(note.level, note.message, *note.shown)

    def _new_senders(self, wakeup: Event) -> Senders[Any]:
        """The senders of a batch: those of the clock, else threads."""
        from .batches.senders import Senders

        offered = getattr(self._clock, "new_senders", None)
        return Senders(self._sent, self._clock, wakeup) if offered is None else offered(self._sent, wakeup)

    def _new_wakeup(self) -> Event:
        """A new event, which is set when the client is closed or a webhook arrives, if not before."""
        wakeup = Event()
        self._root._wakeups.add(wakeup)
        return wakeup

    def _wake(self) -> None:
        """Let every wait look whether a webhook has told of its job."""
        for wakeup in list(self._root._wakeups):
            wakeup.set()

    @property
    def _root(self) -> Client:
        return self if self._view_of is None else self._view_of

    def _engine(self) -> Transport:
        root = self._root
        if root._closed:
            raise self._closing()
        if root._transport is None:
            with root._lock:
                root._transport = root._transport or default_transport()
        return root._transport

    def _closing(self) -> ClientClosed:
        return ClientClosed(f"this {type(self).__name__} client was closed")
