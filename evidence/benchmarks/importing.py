"""Start-up: `import <provider>_client` and the first request after it, each in a new process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from evidence.benchmarks.line import Line, compared
from evidence.benchmarks.loopback import Loopback

ABOUT = """
Each import runs in a new process, with bytecode that was compiled before; the time of an empty process is taken
off. Ours loads nothing before a name of it is used, so what the name of the client costs is measured as well, and the
first request: a status poll over loopback, counted with the import. The client is the blocking one.
"""

WHY = """
The first request needs an engine, and urllib3 with msgspec and nothing of ours takes more than a quarter of what
anakin-sdk takes, as the last line of the table says: it loads `http.client`, `email`, `ssl` and `importlib.metadata`.
What we add is the classes of the models and of 100 modules of the runtime, a quarter of a millisecond each. Of the
import of the client, a third and more is msgspec, with `inspect`, `typing_extensions` and `uuid`, which it loads
itself. The next package costs its own modules alone.
"""

ROUNDS = 9

_IMPORTS = {
    "ours": "import anakin_client",
    "anakin-sdk": "import anakin",
    "openai": "import openai",
    "httpx2": "import httpx2",
    "nothing": "pass",
}
_NAMES = {
    "ours": "from anakin_client import Anakin",
    "anakin-sdk": "from anakin import Anakin",
    "nothing": "pass",
}
_REQUESTS = {
    "ours": "import anakin_client as a; a.Anakin(api_key='k', base_url={url!r}).url_scraper.get('j1')",
    "anakin-sdk": "import anakin as a; a.Anakin(api_key='k', base_url={url!r}).get_scrape('j1')",
    "httpx2": "import httpx2; httpx2.Client().get({url!r} + '/url-scraper/j1').json()",
    "msgspec and urllib3 alone": (
        "import msgspec, urllib3;"
        " msgspec.json.decode(urllib3.PoolManager().request('GET', {url!r} + '/url-scraper/j1').data)"
    ),
    "nothing": "pass",
}

_CLIENTS = {"anakin_client": "Anakin", "knowledgesdk_client": "KnowledgeSDK", "scrapio_client": "Scrapio"}
_FURTHER = f"""
import importlib, time
for package, name in {_CLIENTS}.items():
    before = time.process_time()
    getattr(importlib.import_module(package), name)
    print(time.process_time() - before)
"""

_MACHINERY = {"typing", "dataclasses", "msgspec"}
_ENGINES = {"asyncio", "ssl", "urllib3", "aiohttp", "http.client"}

_TIMED = """
import resource, sys
{code}
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, len(sys.modules))
"""


def measure() -> Iterator[Line]:
    """Imports, then first requests."""
    yield from _lines("import", _IMPORTS, url="", reach=0.25)
    yield from _lines("import of the client", _NAMES, url="", reach=0.2)
    with Loopback() as server:
        yield from _lines("import and first request", _REQUESTS, url=server.url, reach=0.3)
    yield from _further()
    for code, what, names in (
        ("import anakin_client", "of `typing`, `dataclasses` and msgspec, the import loads", _MACHINERY | _ENGINES),
        (_NAMES["ours"], "of the engines and `asyncio`, the import of the client loads", _ENGINES),
    ):
        heavy = sorted(loaded(code) & names)
        yield Line(measure=what, ours=", ".join(heavy) or "none", reach="none", met=not heavy)


def loaded(code: str) -> set[str]:
    """The modules that a new process has imported after *code*."""
    script = f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True)
    return set(json.loads(done.stdout))


def _further() -> Iterator[Line]:
    """The clients of two more packages, in the process that has imported one."""
    taken = [_further_once() for _ in range(ROUNDS)]
    first, *others = ([each[at] for each in taken] for at in range(len(_CLIENTS)))
    for number, seconds in zip(("second", "third"), others, strict=True):
        found = median(seconds)
        yield Line(
            measure=f"import of a {number} client",
            ours=f"{found * 1e3:.3g} ms",
            against="the first",
            theirs=f"{median(first) * 1e3:.3g} ms",
            ratio=found / median(first),
            reach="≤ 30 ms",
            met=found <= 0.03,
        )


def _further_once() -> list[float]:
    done = subprocess.run([sys.executable, "-c", _FURTHER], stdout=subprocess.PIPE, text=True, check=True)
    return [float(seconds) for seconds in done.stdout.split()]


def _lines(what: str, codes: dict[str, str], *, url: str, reach: float) -> Iterator[Line]:
    taken: dict[str, list[float]] = {name: [] for name in codes}
    modules: dict[str, int] = {}
    for number in range(ROUNDS + 1):
        for name, code in codes.items():
            seconds, modules[name] = _timed(code.format(url=url))
            if number:
                taken[name].append(seconds)
    own = {
        name: [max(one - empty, 1e-4) for one, empty in zip(seconds, taken["nothing"], strict=True)]
        for name, seconds in taken.items()
    }
    for name in codes:
        if name not in ("ours", "nothing"):
            yield compared(what, own["ours"], name, own[name], reach=reach if name == "anakin-sdk" else None)
            yield Line(
                measure=f"{what}: modules",
                ours=str(modules["ours"] - modules["nothing"]),
                against=name,
                theirs=str(modules[name] - modules["nothing"]),
            )


def _timed(code: str) -> tuple[float, int]:
    """CPU seconds of a new process, and the number of modules that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", _TIMED.format(code=code)], stdout=subprocess.PIPE, text=True, check=True
    )
    seconds, modules = done.stdout.split()[-2:]
    return float(seconds), int(modules)
