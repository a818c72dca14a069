"""What `docs/celery.md` warns of: a task that runs longer than the visibility timeout, with a submit in it."""

from uuid import uuid4

from celery import Celery
from redis import Redis
from scrapio_client import Scrapio

REDIS = "redis://127.0.0.1:6379/0"

app = Celery("pages", broker=REDIS)
app.conf.task_acks_late = True
app.conf.broker_transport_options = {"visibility_timeout": 60}
store = Redis.from_url(REDIS, decode_responses=True)
client = Scrapio(api_key="simulated", base_url="http://127.0.0.1:8700")


def start(url: str) -> str:
    name = f"page:{uuid4()}"
    fetch.delay(name, url)
    return name


@app.task(ignore_result=True)
def fetch(name: str, url: str) -> None:
    page = client.fetch.run(url=url)
    store.hset(name, "result", str(page.status))
