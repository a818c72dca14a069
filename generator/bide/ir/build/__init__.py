"""Build the meaning of a checked document.

Build only documents without errors: the code here does not check again what the schema and the lint rules check.
"""

from bide.ir.build.provider import build

__all__ = ["build"]
