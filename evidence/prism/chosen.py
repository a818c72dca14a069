"""The documents that are tried, and what a person has read in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A document of the folder."""

    name: str
    known: Mapping[str, str] = field(default_factory=dict)
    """Why a finding is there that neither Prism's validator nor the schema explains, by a part of its message."""


CHOSEN = (
    Choice(name="cursor-agents"),
    Choice(name="deepl"),
    Choice(name="luma"),
    Choice(name="mixedbread"),
    Choice(name="revai"),
    Choice(
        name="scrapio",
        known={
            "AsyncFetchResponse": "The document has two replies to this submit, 200 at once and 202 with a job. Prism "
            "gives the first. The import took the second, and says so in a comment.",
        },
    ),
    Choice(name="speechmatics-batch"),
    Choice(name="synthesia"),
    Choice(name="tavily"),
    Choice(name="topaz"),
    Choice(
        name="twelvelabs",
        known={
            "the submit of analyze has no job id": "The import takes this for a job, by mistake: the id in its reply "
            "is that of something else, and need not be there.",
        },
    ),
)

DRIFTED = {"deepl": "document", "mixedbread": "file", "topaz": "video"}
"""Jobs whose replies fit, for changes of the spec."""
