"""A package without the libraries of some transports: everything except those transports works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ANAKIN = Path(__file__).parents[3] / "generated" / "anakin"

WITHOUT = """
import sys
for name in ("httpx2", "httpcore2", "aiohttp", "yarl"):
    sys.modules[name] = None  # an import of it raises ModuleNotFoundError
"""

USES = {
    "import *": "from {package} import *; assert AsyncHttpxTransport and AiohttpTransport and Urllib3Transport",
    "hasattr": "import {package}; assert all(hasattr({package}, name) for name in {package}.__all__)",
    "help": "import {package}, pydoc; assert 'needs httpx2' in pydoc.render_doc({package})",
    "getmembers": "import {package}, inspect; assert 'HttpxTransport' in dict(inspect.getmembers({package}))",
}


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", WITHOUT + code], cwd=ANAKIN, capture_output=True, text=True)


@pytest.mark.parametrize("package", ["bide_runtime", "anakin_client"])
@pytest.mark.parametrize("use", USES)
def test_all_names_can_be_loaded(use: str, package: str) -> None:
    """A missing library is an error only when its transport is used."""
    done = run(USES[use].format(package=package))

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "library", "wanted"),
    [
        ("HttpxTransport", "httpx2", "'anakin-client[httpx]'"),
        ("AsyncHttpxTransport", "httpx2", "'anakin-client[httpx]'"),
        ("AiohttpTransport", "aiohttp", "aiohttp"),
    ],
)
def test_its_transport_says_what_to_install(name: str, library: str, wanted: str) -> None:
    """The package's own error: its extra, or the library's name for pip."""
    done = run(f"import anakin_client; anakin_client.{name}(max_connections=3)")

    expected = f"anakin_client.errors.ConfigurationError: {name} needs {library}, which is not installed: "
    assert f"pip install {wanted}, " in done.stderr
    assert expected in done.stderr


def test_another_missing_package_is_an_error_at_once() -> None:
    """Required packages have no stand-in."""
    done = run("sys.modules['msgspec'] = None; import bide_runtime; bide_runtime.Model")

    assert "ModuleNotFoundError: import of msgspec" in done.stderr
