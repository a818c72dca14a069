"""Make the calls of a plan with the generated client, which waits as it always does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from bide import ir
from bide.cli.live.plan import Planned
from bide.cli.live.recorder import Kept, Recorder
from bide.ir import Json

Say = Callable[[str], object]


@dataclass(slots=True)
class Ran:
    """How the calls went."""

    kept: list[Kept] = field(default_factory=list)
    failures: int = 0
    """The calls that raised an error."""
    is_interrupted: bool = False


def run(
    provider: ir.Provider,
    package: ModuleType,
    calls: Iterable[Planned],
    say: Say,
    *,
    base_url: str | None,
    timeout: float | None,
) -> Ran:
    """Make the calls one after another. After Ctrl-C, or if the key is refused, none follows."""
    catalog = import_module("bide_runtime.apps.catalog.catalog").Catalog.of(package.__name__)
    ran = Ran()
    own = getattr(package, f"{provider.class_name}Error")
    try:
        with _client(provider, package, catalog, base_url, ran) as client:
            for call in calls:
                try:
                    _call(client, call, catalog, say, timeout)
                except own as error:
                    ran.failures += 1
                    for line in _failed(call, error):
                        say(line)
                    if isinstance(error, package.AuthenticationError):
                        break
    except own as error:  # of the client itself: no key, or a wrong base URL
        ran.failures += 1
        say(str(error))
    except KeyboardInterrupt as stop:
        ran.is_interrupted = True
        for line in _interrupted(ran, stop):
            say(line)
    return ran


@contextmanager
def _client(provider: ir.Provider, package: ModuleType, catalog: Any, base_url: str | None, ran: Ran) -> Iterator[Any]:
    secrets: Mapping[str, str] = import_module("bide_runtime.apps.cli.keys").secrets(catalog, base_url)
    clock = import_module("bide_runtime.apps.cli.session").clock() or package.SystemClock()
    recorder = Recorder(package.Urllib3Transport(), clock)
    ran.kept = recorder.kept
    try:
        with getattr(package, provider.class_name)(
            base_url=base_url, transport=recorder, clock=clock, **secrets
        ) as client:
            yield client
    finally:
        recorder.close()


def _call(client: Any, call: Planned, catalog: Any, say: Say, timeout: float | None) -> None:
    calling = import_module("bide_runtime.apps.catalog.calling")
    entry = (catalog.jobs if call.is_job else catalog.operations)[call.name]
    arguments: dict[str, Any] = calling.arguments_of(catalog, entry, call.arguments)
    method = getattr(client, call.name)
    answer = (method.submit if call.is_job else method)(**arguments)
    if not hasattr(answer, "wait"):  # an operation may also answer with a job
        say(f"{call.name}: answered")
        return
    say(f"{call.name}: submitted, job {answer.id}")
    try:
        answer.wait(**({} if timeout is None else {"timeout": timeout}))
    except BaseException as error:
        if not answer.is_done:
            error.bide_going = _going(call, answer)  # type: ignore[attr-defined]  # read by those that catch it
        raise
    say(f"{call.name}: {answer.state}")


def _going(call: Planned, job: Any) -> list[str]:
    """What is said of a job that goes on, and how to cancel it."""
    lines = [f"{call.name}: job {job.id} goes on at the provider; its token is {job.token}"]
    if hasattr(job, "cancel"):
        return [*lines, f"  to cancel it: client.{call.name}.resume(token).cancel()"]
    return [*lines, "  the spec has no way to cancel it"]


def _failed(call: Planned, error: BaseException) -> list[str]:
    going: list[str] = getattr(error, "bide_going", [])
    said = getattr(error, "message", error) if going else error  # without what a program would do now
    return [f"{call.name}: {type(error).__name__}: {said}", *going]


def _interrupted(ran: Ran, stop: BaseException) -> list[str]:
    sent = [f"  {each.request.method} {each.request.url.partition('?')[0]}" for each in ran.kept]
    notes = getattr(stop, "bide_going", None) or getattr(stop, "__notes__", [])
    return ["stopped; this was sent:", *(sent or ["  nothing"]), *notes]


def arguments_in(file: Path, read: Callable[[Path], Json]) -> Mapping[str, Json]:
    """The arguments in a file, by job or operation. Raises `ValueError`."""
    value = read(file)
    if not isinstance(value, Mapping):
        raise ValueError(f'{file}: expected the arguments by job or operation, such as {{"fetch": {{"url": "..."}}}}')
    return value
