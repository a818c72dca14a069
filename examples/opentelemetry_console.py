"""A trace of one job on the console: a span for the job, and one below it for each request.

pip install opentelemetry-sdk
bide serve specs/anakin.yaml --speed 10         # in another terminal; it prints three lines to export here
PYTHONPATH=generated/anakin python examples/opentelemetry_console.py https://example.com
"""

from __future__ import annotations

import os
import sys
import time

from anakin_client import Anakin, Exchange, SystemClock
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
tracer = provider.get_tracer("anakin_client")


def span_of(exchange: Exchange) -> None:
    """Make a span that began when the request was sent."""
    now = time.time_ns()
    attributes = {"http.request.method": exchange.method, "url.path": exchange.path}
    start = now - int(exchange.seconds * 1e9)
    span = tracer.start_span(exchange.method, kind=SpanKind.CLIENT, start_time=start, attributes=attributes)
    if exchange.status is not None:
        span.set_attribute("http.response.status_code", exchange.status)
    if exchange.error is not None or (exchange.status or 0) >= 400:
        span.set_status(Status(StatusCode.ERROR, exchange.error or str(exchange.status)))
    span.end(end_time=now)


def main(url: str) -> None:
    clock = SystemClock(float(os.environ.get("BIDE_SPEED", "1")))
    with (
        Anakin(base_url=os.environ.get("ANAKIN_BASE_URL"), clock=clock, observer=span_of) as client,
        tracer.start_as_current_span("scrape a page") as span,
    ):
        job = client.url_scraper.submit(url=url)
        span.set_attribute("job.id", job.id)
        job.wait(timeout=120)
    provider.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])
