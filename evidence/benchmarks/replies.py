"""Status replies of Anakin's URL scraper: of a running job, 0.6 kB, and of a done one, 50 kB."""

from __future__ import annotations

import json

_ABOUT = {
    "id": "job_0123456789abcdef",
    "status": "processing",
    "url": "https://example.com/" + "a" * 160,
    "jobType": "url_scraper",
    "country": "us",
    "cached": False,
    "createdAt": "2026-11-22T04:00:00Z",
    "summary": "b" * 200,
}

RUNNING = json.dumps(_ABOUT).encode()

CHANGED = RUNNING.replace(b"bbb", b"ccc")
"""The same with another text in it, of the same length."""

DONE = json.dumps(
    {
        **_ABOUT,
        "status": "completed",
        "html": '<p class="x">some text</p>\n' * 700,
        "cleanedHtml": "<p>some text</p>\n" * 800,
        "markdown": "some text\n\n" * 1000,
        "links": [{"href": f"https://example.com/{number}", "text": f"link {number}"} for number in range(60)],
        "completedAt": "2026-11-22T04:00:09Z",
        "durationMs": 9000,
    }
).encode()
