"""What the three providers' pages promise of their replies, and what they may do all the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bide_runtime import DecodeError
from bide_runtime.models.codec import decode

GENERATED = Path(__file__).parents[2] / "generated"
sys.path[:0] = [str(GENERATED / name) for name in ("anakin", "scrapio", "knowledgesdk")]

import anakin_client  # noqa: E402
import knowledgesdk_client  # noqa: E402
import scrapio_client  # noqa: E402


def test_credits_may_be_a_fraction() -> None:
    """The page says number, so 2.5 credits are no error."""
    body = b'{"status": "completed", "data": {}, "credits_used": 2.5}'

    assert decode(anakin_client.models.TaskResult, body).credits_used == 2.5


def test_an_error_may_be_null_although_the_table_denies_it() -> None:
    """The table says "only present when failed", its own example shows null."""
    body = b'{"id": "m", "status": "completed", "error": null, "cached": null, "durationMs": null}'

    assert decode(anakin_client.models.ScrapedPage, body).error is None


def test_a_finished_map_has_its_links() -> None:
    """A field that is promised by a state is no option in the result's type, and an empty list may be left out."""
    body = b'{"id": "m", "status": "completed"}'

    assert decode(anakin_client.models.SiteMap, body).links == []


def test_the_items_that_failed_are_listed() -> None:
    """A batch succeeds although pages failed; those are easy to have."""
    body = b"""{"id": "b", "status": "completed", "results": [
        {"index": 0, "url": "https://a", "status": "completed"},
        {"index": 1, "url": "https://b", "status": "failed", "error": "Connection timeout"}]}"""

    failed = decode(anakin_client.models.ScrapedPages, body).failed_items
    assert [item.error for item in failed] == ["Connection timeout"]


def test_statuses_are_known_in_any_case() -> None:
    """One client of KnowledgeSDK types its statuses in capitals, the page in small letters."""
    body = b"""{"id": "job_1", "status": "COMPLETED", "progress": null, "result": null, "error": null,
        "startedAt": null, "finishedAt": null, "durationMs": null}"""
    job = decode(knowledgesdk_client.models.ExtractJob, body)

    assert job.status is knowledgesdk_client.models.ExtractStatus.COMPLETED


def test_a_status_of_tomorrow_is_kept() -> None:
    """A status that no page lists is text that equals itself, and says that it is unknown."""
    body = b"""{"request_id": "r", "job_id": "j", "job_type": "fetch", "status": "paused", "mode": "async",
        "created_at": "2026-06-26T10:00:00Z", "result_available": false}"""
    status = decode(scrapio_client.models.FetchJob, body).status

    assert status == "paused"
    assert not status.is_known


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"status": 7}', "$.status"),
        (b'{"status": "completed", "credits_used": "two"}', "$.credits_used"),
        (b'{"status": "failed", "error": {"code": 1}}', "$.error.code"),
        (b"[]", "$"),
    ],
)
def test_a_wrong_type_is_named_by_its_path(body: bytes, path: str) -> None:
    """What is wrong in a reply is said with its JSON path, and the reply is kept."""
    with pytest.raises(DecodeError) as caught:
        decode(anakin_client.models.TaskJob, body)

    assert caught.value.path == path
    assert caught.value.body == body
