"""The package of a spec, generated into a temporary folder and imported for as long as it is needed."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType

from bide.emit.render import render
from bide.ir import Provider


@contextmanager
def imported(provider: Provider) -> Iterator[ModuleType]:
    """The package of a provider. Another one of that name, which may be installed, is back afterwards."""
    name = f"{provider.name}_client"
    with tempfile.TemporaryDirectory(prefix="bide-verify-") as folder:
        for file, text in render(provider).items():
            path = Path(folder, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        before = _taken(name)
        sys.path.insert(0, folder)
        invalidate_caches()
        try:
            yield import_module(name)
        finally:
            sys.path.remove(folder)
            _taken(name)
            sys.modules.update(before)


def _taken(name: str) -> dict[str, ModuleType]:
    """The loaded modules of a package, which are no longer loaded then."""
    names = [each for each in sys.modules if each.partition(".")[0] == name]
    return {each: sys.modules.pop(each) for each in names}
