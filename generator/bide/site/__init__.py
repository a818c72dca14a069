"""A site for the users of a provider, from its spec: static pages that need no server and no network.

Pure: a provider in, the text of each page out. All text of a spec is escaped, and the pages run no script but ours.
"""

from __future__ import annotations

from bide.site.pages import site

__all__ = ["site"]
