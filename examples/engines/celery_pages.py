from time import time
from uuid import uuid4

from celery import Celery
from redis import Redis
from scrapio_client import Scrapio, ScrapioError, SubmitUncertain

REDIS = "redis://127.0.0.1:6379/0"
VISIBILITY_TIMEOUT = 60  # seconds until the messages of a dead worker are delivered again

app = Celery("pages", broker=REDIS)
app.conf.task_acks_late = True
app.conf.broker_transport_options = {
    "visibility_timeout": VISIBILITY_TIMEOUT,
    "unacked_restore_throttle": 1,  # looks for them every 10 seconds, instead of every 100
}
store = Redis.from_url(REDIS, decode_responses=True)
pages = Scrapio(api_key="simulated", base_url="http://127.0.0.1:8700").fetch
SEND_AGAIN_FOR = (pages.facts.key_retention or 3600) if pages.facts.has_idempotency_keys else 0


def start(url: str) -> str:
    """Store a page to be fetched, with its idempotency key, and return its name in the store."""
    name = f"page:{uuid4()}"
    store.hset(name, "submission", pages.submission_to_json(pages.prepare(url=url)))
    step.delay(name)
    return name


@app.task(ignore_result=True)
def step(name: str) -> None:
    """Submit, or poll once. A message that is delivered again does no harm."""
    with store.lock(f"{name}:lock", timeout=VISIBILITY_TIMEOUT):
        page = store.hgetall(name)
        if "result" in page or "error" in page:
            return
        try:
            due_at = look(name, page) if "token" in page else submit(name, page)
        except ScrapioError as error:
            store.hset(name, "error", pages.error_to_json(error))
            return
    if due_at is not None:
        step.apply_async((name,), countdown=max(due_at - time(), 0))


def submit(name: str, page: dict[str, str]) -> float:
    if "sent_at" in page and time() > float(page["sent_at"]) + SEND_AGAIN_FOR:
        raise SubmitUncertain("a worker died during the submit, so the job may exist")
    submission = pages.submission_from_json(page["submission"])
    job = pages.send(submission, before_send=lambda: store.hsetnx(name, "sent_at", time()))
    store.hset(name, "token", job.token)
    return time()


def look(name: str, page: dict[str, str]) -> float | None:
    look = pages.look(page["token"], page.get("memo"))
    if look.is_over:
        store.hset(name, "result", pages.result_to_json(look.result))
    else:
        store.hset(name, mapping={"token": look.token, "memo": look.memo})
    return look.due_at
