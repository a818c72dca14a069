"""The arguments of each job and operation. A missing entry, and one that no spec has, is an error."""

from __future__ import annotations

from typing import Any


def of_model(name: str, **fields: Any) -> dict[str, Any]:
    """A placeholder for an object of one of the client's models."""
    return {"model": name, "fields": fields}


ARGUMENTS: dict[str, dict[str, dict[str, Any]]] = {
    "anakin": {
        "url_scraper": {"url": "https://example.com", "formats": ["markdown"]},
        "url_scraper_batch": {"urls": ["https://example.com", "https://example.org", "https://example.net"]},
        "web_scraper": {},
        "agentic_search": {"prompt": "Which solid-state batteries can be bought today?"},
        "holocron": {"action_id": "li_profile_scrape", "params": {"url": "https://example.com/in/somebody"}},
        "map": {"url": "https://example.com", "limit": 50},
        "crawl": {"url": "https://example.com", "max_pages": 3},
        "ai_visibility": {"query": "Who makes solid-state batteries?", "sources": ["one", "two", "three"]},
        "browser_task": {"prompt": "Find the cheapest 65-inch TV and list its specs.", "url": "https://example.com"},
        "wire_build": {"website_url": "https://example.com", "goal": "Bring back the price of a product."},
        "search": {"prompt": "solid-state batteries"},
    },
    "knowledgesdk": {
        "extract": {"url": "https://example.com", "max_pages": 10},
        "extract_inline": {"url": "https://example.com", "single_page": True},
        "extract_stream": {"url": "https://example.com"},
        "scrape": {"url": "https://example.com"},
        "sitemap": {"url": "https://example.com"},
        "search": {"query": "how to track issues"},
    },
    "scrapio": {
        "fetch": {"url": "https://example.com", "output": ["markdown"]},
        "crawl": {"seeds": ["https://example.com"], "max_pages": 10},
        "map": {"seeds": ["https://example.com"]},
        "search": {"query": "solid-state batteries"},
        "interact": {"url": "https://example.com", "actions": [of_model("Click", selector="#more")]},
        "fetch_inline": {"url": "https://example.com", "output": ["markdown"]},
        "crawl_inline": {"seeds": ["https://example.com"]},
        "map_inline": {"seeds": ["https://example.com"]},
        "search_inline": {"query": "solid-state batteries"},
        "interact_inline": {"url": "https://example.com", "actions": [of_model("Wait", duration_ms=100)]},
    },
}
