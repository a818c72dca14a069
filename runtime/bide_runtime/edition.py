"""Which editions of its API for generated code this runtime supports.

Generated code has the number of the edition that it was made for. A change that would break it makes a new edition; the
runtime supports the two newest.
"""

VERSION = "0.1.0"
"""The version of the distribution."""

SUPPORTED = (1,)


def require(edition: int, package: str) -> None:
    """Raise `ImportError` if this runtime does not support the *edition* that *package* was made for."""
    if edition in SUPPORTED:
        return
    older = edition < SUPPORTED[0]
    mend = (
        f"install a newer {package}, or generate it again"
        if older
        else "install a newer bide-runtime: pip install --upgrade bide-runtime"
    )
    raise ImportError(
        f"{package} was made for edition {edition} of bide-runtime, and this version supports "
        f"{' and '.join(map(str, SUPPORTED))}: {mend}"
    )
