"""Render a package: the text of every file, from a provider. Pure: the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bide.emit.python.code import Code, comment, docstring, literal
from bide.emit.python.imports import imports
from bide.emit.python.layout import laid_out
from bide.emit.template import template
from bide.emit.views import FakeView, ProviderView, TestsView
from bide.emit.views.catalog import catalog, has_catalog
from bide.emit.views.fakes import HELPERS
from bide.emit.words import prose
from bide.emit.words.readme import ReadmeView
from bide.ir import Provider

_MODULES = {
    "models.py": "The data of {title}'s requests and replies.",
    "params.py": "The arguments of jobs, as `run_many` takes them.",
    "_provider.py": "The properties of {title} as a whole.",
    "_jobs.py": "The tables of {title}'s jobs: the state of each status, and how to poll.",
    "_calls.py": "Every request to {title} as a pure function of its arguments: what to send, how to read the reply.",
    "client.py": "The blocking client for {title}.",
    "async_client.py": "The asyncio client for {title}.",
}
"""Most modules of a package, with their docstrings."""


def render(provider: Provider, *, vendor: bool = False) -> dict[str, str]:
    """The text of every file of the package, by its path in the package's folder.

    With *vendor*, the package has a copy of the runtime. Raises `RuntimeMissing` if the runtime is not installed.
    """
    drafts = drafted(provider, vendor=vendor)
    made = {name: laid_out(text) if name.endswith(".py") else text for name, text in drafts.items()}
    if vendor:
        package = str(ProviderView(provider).package)
        made |= {f"{package}/_runtime/{name}": text for name, text in runtime().items()}
    return dict(sorted(made.items()))


def drafted(provider: Provider, *, vendor: bool = False) -> dict[str, str]:
    """The text of every file but the runtime's, before long lines are broken."""
    view = ProviderView(provider, vendor=vendor)
    package = str(view.package)
    params = {str(job.params_class): ".params" for job in view.jobs}
    made = {f"{package}/__init__.py": _init(view), f"{package}/py.typed": ""}
    made[f"{package}/errors.py"] = template("errors.py.jinja").render(
        provider=view, header=_header(view), docstring=docstring(f"The exceptions of {provider.title}'s client.")
    )
    for name, about in _MODULES.items():
        body = template(f"{name}.jinja").render(provider=view)
        text = about.format(title=provider.title)
        made[f"{package}/{name}"] = _module(view, docstring(text), body, params if "client" in name else {})
    if has_catalog(provider):
        made[f"{package}/catalog.json"] = catalog(provider)
        made[f"{package}/__main__.py"] = template("__main__.py.jinja").render(
            provider=view, header=_header(view), docstring=docstring(f"The command line of {provider.title}'s client.")
        )
    readme = ReadmeView(provider, vendor=vendor)
    made["pyproject.toml"] = template("project/pyproject.toml.jinja").render(provider=view, readme=readme)
    made["README.md"] = template("project/README.md.jinja").render(provider=view, readme=readme)
    fake = FakeView(view)
    body = template("testing.py.jinja").render(fake=fake)
    made[f"{package}/testing.py"] = _module(view, fake.module_docstring, body, fake.places, exported=HELPERS)
    made[f"{package}/pytest_plugin.py"] = template("pytest_plugin.py.jinja").render(fake=fake, header=_header(view))
    tests = TestsView(view)
    for name in tests.files:
        text = template(f"tests/{name}.jinja").render(provider=view, fake=fake, tests=tests, header=_header(view))
        made[f"tests/{name}"] = text
    return made


@cache
def runtime() -> Mapping[str, str]:
    """The text of the runtime's files by path. They are read, not imported. Raises `RuntimeMissing`."""
    spec = find_spec("bide_runtime")
    if spec is None or spec.origin is None:
        raise RuntimeMissing("--vendor copies bide-runtime, which is not installed: pip install 'bide[vendor]'")
    folder = Path(spec.origin).parent
    paths = sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8") for path in paths}


class RuntimeMissing(Exception):
    """The runtime cannot be copied, since it is not installed."""


def _init(view: ProviderView) -> str:
    return template("__init__.py.jinja").render(
        provider=view,
        header=_header(view),
        docstring=docstring(prose.package(view.ir)),
        version=literal(view.ir.package.version),
    )


def _module(
    view: ProviderView, about: Code, body: str, places: Mapping[str, str], *, exported: Iterable[str] = ()
) -> str:
    """A module with this *body* and the imports that it needs."""
    return template("module.py.jinja").render(
        header=_header(view),
        docstring=about,
        imports=imports(body, runtime=view.runtime, places=places, exported=exported),
        body=Code(body),
    )


def _header(view: ProviderView) -> Code:
    return comment(f"Generated by Bide from {view.ir.spec_file}. Edit the spec, then run `bide generate`.")
