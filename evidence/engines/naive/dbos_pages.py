"""What `docs/dbos.md` warns of: each poll is a step."""

import sys
from threading import Event
from time import time

from dbos import DBOS, DBOSClient
from scrapio_client import Scrapio

POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"

pages = Scrapio(api_key="simulated", base_url="http://127.0.0.1:8700").fetch


def start(*urls: str) -> None:
    """Let a worker fetch these pages. Each gets a workflow, whose id is the URL."""
    client = DBOSClient(system_database_url=POSTGRES)
    for url in urls:
        client.enqueue({"workflow_name": "fetch", "queue_name": "pages", "workflow_id": url}, url)
    client.destroy()


@DBOS.workflow()
def fetch(url: str) -> str:
    token, memo = submit(url), None
    while True:
        token, memo, due_at, result = poll(token, memo)
        if result is not None:
            return result
        DBOS.sleep(max(due_at - time(), 0))


@DBOS.step()
def submit(url: str) -> str:
    return pages.submit(url=url).token


@DBOS.step()
def poll(token: str, memo: str | None) -> tuple[str, str, float, str | None]:
    look = pages.look(token, memo)
    return look.token, look.memo, look.due_at or 0, pages.result_to_json(look.result) if look.is_over else None


if __name__ == "__main__":
    config = {"name": "pages", "executor_id": sys.argv[1], "application_version": "1"}
    DBOS(config={**config, "system_database_url": POSTGRES})
    DBOS.launch()
    DBOS.register_queue("pages", worker_concurrency=100)
    Event().wait()
