"""Write the problems of specs in a format."""

from __future__ import annotations

from bide.cli.reports.listing import Format, Listing


def written(listing: Listing, format_: Format, *, colour: bool = False) -> str:
    """The problems in this format. Empty if there are none and the format needs no text for that."""
    from bide.cli.reports import github, json_document, sarif, text

    match format_:
        case Format.TEXT:
            return text.written(listing, colour=colour)
        case Format.JSON:
            return json_document.written(listing)
        case Format.GITHUB:
            return github.written(listing)
        case Format.SARIF:
            return sarif.written(listing)
