"""Specs of job APIs that people use: to read, and to start from with `bide new NAME --from SPEC`."""

from bide.gallery.gallery import names, text

__all__ = ["names", "text"]
