import sys
from threading import Event
from time import sleep, time
from uuid import uuid4

from dbos import DBOS, DBOSClient
from scrapio_client import Scrapio, SubmitUncertain

POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"

pages = Scrapio(api_key="simulated", base_url="http://127.0.0.1:8700").fetch
SEND_AGAIN_FOR = (pages.facts.key_retention or 3600) if pages.facts.has_idempotency_keys else 0


def start(*urls: str) -> None:
    """Let a worker fetch these pages. Each gets a workflow, whose id is the URL."""
    client = DBOSClient(system_database_url=POSTGRES)
    for url in urls:
        client.enqueue({"workflow_name": "fetch", "queue_name": "pages", "workflow_id": url}, url)
    client.destroy()


@DBOS.workflow()
def fetch(url: str) -> str:
    """Submit and wait. After a restart, what steps have returned is read, and the others run."""
    submission = prepare(url)
    attempt = str(uuid4())
    sent_by, sent_at = about_to_send(attempt)
    if sent_by == attempt:
        sent_at = None  # no earlier attempt can have sent it
    token = send(submission, sent_at)
    return wait(token)


@DBOS.step()
def prepare(url: str) -> str:
    return pages.submission_to_json(pages.prepare(url=url))  # with its idempotency key


@DBOS.step()
def about_to_send(attempt: str) -> tuple[str, float]:
    return attempt, time()


@DBOS.step()
def send(submission: str, sent_at: float | None) -> str:
    if sent_at is not None and time() > sent_at + SEND_AGAIN_FOR:
        raise SubmitUncertain("a worker died during the submit, so the job may exist")
    return pages.send(pages.submission_from_json(submission)).token


@DBOS.step()
def wait(token: str) -> str:
    """One step for the whole wait: DBOS writes for each step."""
    sleep(pages.facts.min_interval)  # the worker before may have polled just now
    return pages.result_to_json(pages.resume(token).wait(timeout=None))


if __name__ == "__main__":
    # Only a worker of this name and version takes over what it left.
    config = {"name": "pages", "executor_id": sys.argv[1], "application_version": "1"}
    DBOS(config={**config, "system_database_url": POSTGRES})
    DBOS.launch()
    DBOS.register_queue("pages", worker_concurrency=100)
    Event().wait()
