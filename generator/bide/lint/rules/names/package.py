"""bad-distribution-name: the `name` of `package` is a name that pip can install.

Why: package indexes accept ASCII letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.

    package: {name: acme client}        # refused
    package: {name: acme-client}        # fine

bad-version: the `version` of `package` is a version as PEP 440 defines it.

Why: packaging tools reject any other version, and can then neither build nor compare the package.

    package: {version: latest}          # refused
    package: {version: 1.4.0-final}     # refused
    package: {version: 1.4.0}           # fine, and so is 2.0rc1
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")

# PEP 440, appendix B, which every packaging tool reads versions by.
_VERSION = re.compile(
    r"v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*"
    r"(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?[0-9]*)?"
    r"(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?"
    r"(?:[-_.]?dev[-_.]?[0-9]*)?"
    r"(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?",
    re.IGNORECASE | re.ASCII,
)


def check(spec: Spec) -> Iterator[Diagnostic]:
    package = spec.document.data.get("package", {})
    name, version = package.get("name"), package.get("version")
    if name is not None and _NAME.fullmatch(name) is None:
        message = f'"{name}" cannot be the name of a distribution'
        help_ = "use letters, digits, -, _ and ., as in acme-client"
        yield spec.at_value(("package", "name"), "bad-distribution-name", message, help_)
    if version is not None and _VERSION.fullmatch(version) is None:
        message = f'"{version}" is not a version as PEP 440 defines it'
        yield spec.at_value(("package", "version"), "bad-version", message, "write it like 1.4.0 or 2.0rc1")
