import asyncio
from datetime import UTC, datetime, timedelta

from procrastinate import App, JobContext, PsycopgConnector
from psycopg import AsyncConnection
from scrapio_client import AsyncScrapio, ScrapioError, SubmitUncertain

POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
TABLE = "CREATE TABLE pages (job bigint PRIMARY KEY, sent_at timestamptz, token text, result text, error text)"

app = App(connector=PsycopgConnector(conninfo=POSTGRES))
pages = AsyncScrapio(api_key="simulated", base_url="http://127.0.0.1:8700").fetch
HAS_KEYS = pages.facts.has_idempotency_keys
SEND_AGAIN_FOR = timedelta(seconds=(pages.facts.key_retention or 3600) if HAS_KEYS else 0)


async def start(url: str) -> int:
    """Store a page to be fetched, with its idempotency key, and return the number of its job."""
    return await fetch.defer_async(submission=pages.submission_to_json(pages.prepare(url=url)))


@app.task(pass_context=True)
async def fetch(context: JobContext, submission: str) -> None:
    """Submit unless that is done, and wait. Polls are not written down."""
    job = context.job.id
    await sql("INSERT INTO pages (job) VALUES (%s) ON CONFLICT DO NOTHING", job)
    sent_at, token = await sql("SELECT sent_at, token FROM pages WHERE job = %s", job)
    try:
        if token is None:
            if sent_at and datetime.now(UTC) > sent_at + SEND_AGAIN_FOR:
                raise SubmitUncertain("a worker died during the submit, so the job may exist")
            note = "UPDATE pages SET sent_at = coalesce(sent_at, now()) WHERE job = %s"
            sent = await pages.send(pages.submission_from_json(submission), before_send=lambda: sql(note, job))
            token = sent.token
            await sql("UPDATE pages SET token = %s WHERE job = %s", token, job)
        await asyncio.sleep(pages.facts.min_interval)  # another worker may have polled just now
        page = await pages.resume(token).wait(timeout=None)
    except ScrapioError as error:
        await sql("UPDATE pages SET error = %s WHERE job = %s", pages.error_to_json(error), job)
    else:
        await sql("UPDATE pages SET result = %s WHERE job = %s", pages.result_to_json(page), job)


@app.periodic(cron="* * * * * */5")  # every 5 seconds
@app.task(queueing_lock="take over")
async def take_over(timestamp: int) -> None:
    """Let another worker go on with the jobs of one that has sent no heartbeat for 30 seconds."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)


async def sql(command: str, *values: object) -> tuple[object, ...]:
    async with await AsyncConnection.connect(POSTGRES) as connection:
        cursor = await connection.execute(command, values)
        return await cursor.fetchone() if cursor.description else ()
