"""From a checked document to what it means.

Everything here relies on `schema` and `lint`: a document that they have found fault with must not come here.
"""

from bide.ir.build.provider import build

__all__ = ["build"]
