"""One function for two providers: the second is asked if the first cannot do it in time.

    bide serve specs/anakin.yaml specs/scrapio.yaml --speed 10       # in another terminal; export what it prints
    PYTHONPATH=generated/anakin:generated/scrapio python examples/two_providers.py https://example.com

Exceptions of `bide_runtime` catch those of all providers.
"""

from __future__ import annotations

import os
import sys

from anakin_client import Anakin
from bide_runtime import ApiError, JobError, SubmitUncertain, TransportError
from scrapio_client import Scrapio, SystemClock


def page_by(anakin: Anakin, scrapio: Scrapio, url: str, *, timeout: float = 60) -> tuple[str, object]:
    """(provider, result) of a page, from the first provider that has it."""
    try:
        return "anakin", anakin.url_scraper.run(url=url, timeout=timeout)
    except SubmitUncertain:
        raise  # the first job may exist, and a second one would be paid for as well
    except (JobError, ApiError, TransportError) as error:
        print(f"anakin: {error}", file=sys.stderr)
    return "scrapio", scrapio.fetch.run(url=url, timeout=timeout)


def main(url: str) -> None:
    clock = SystemClock(float(os.environ.get("BIDE_SPEED", "1")))
    with (
        Anakin(base_url=os.environ.get("ANAKIN_BASE_URL"), clock=clock) as anakin,
        Scrapio(base_url=os.environ.get("SCRAPIO_BASE_URL"), clock=clock) as scrapio,
    ):
        provider, result = page_by(anakin, scrapio, url)
        print(f"{provider}: {type(result).__name__}")


if __name__ == "__main__":
    main(sys.argv[1])
