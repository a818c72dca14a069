"""Promises of the three providers' pages about their replies, and exceptions to them."""

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
    """The page says number, so 2.5 credits are valid."""
    body = b'{"status": "completed", "data": {}, "credits_used": 2.5}'

    assert decode(anakin_client.models.TaskResult, body).credits_used == 2.5


def test_an_error_may_be_null_although_the_table_denies_it() -> None:
    """The table says "only present when failed", but its own example has null."""
    body = b'{"id": "m", "status": "completed", "error": null, "cached": null, "durationMs": null}'

    assert decode(anakin_client.models.ScrapedPage, body).error is None


def test_a_finished_map_has_its_links() -> None:
    """A field that a state promises is required in the result's type, and an empty list may be left out."""
    body = b'{"id": "m", "status": "completed"}'

    assert decode(anakin_client.models.SiteMap, body).links == []


def test_the_items_that_failed_are_listed() -> None:
    """A batch succeeds although pages failed; `failed_items` has them."""
    body = b"""{"id": "b", "status": "completed", "results": [
        {"index": 0, "url": "https://a", "status": "completed"},
        {"index": 1, "url": "https://b", "status": "failed", "error": "Connection timeout"}]}"""

    failed = decode(anakin_client.models.ScrapedPages, body).failed_items
    assert [item.error for item in failed] == ["Connection timeout"]


def test_statuses_are_known_in_any_case() -> None:
    """A client of KnowledgeSDK types its statuses in capitals, the page in lower case."""
    body = b"""{"id": "job_1", "status": "COMPLETED", "progress": null, "result": null, "error": null,
        "startedAt": null, "finishedAt": null, "durationMs": null}"""
    job = decode(knowledgesdk_client.models.ExtractJob, body)

    assert job.status is knowledgesdk_client.models.ExtractStatus.COMPLETED


def test_an_unknown_status_is_kept() -> None:
    """A status that no page lists equals its text, and `is_known` is false."""
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
    """The error has the JSON path and the reply."""
    with pytest.raises(DecodeError) as caught:
        decode(anakin_client.models.TaskJob, body)

    assert caught.value.path == path
    assert caught.value.body == body
