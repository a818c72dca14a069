"""What all parts of a draft share: the document, and what was made of it so far."""

from __future__ import annotations

from dataclasses import dataclass

from bide.importer.documents.openapi import Api
from bide.importer.looking import Lens
from bide.importer.parts.draft import Draft
from bide.importer.parts.requests import Requests
from bide.importer.types import Types


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    api: Api
    lens: Lens
    types: Types
    draft: Draft
    requests: Requests
