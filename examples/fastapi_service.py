"""A service that submits jobs, and learns of their ends by webhook: FastAPI.

    pip install fastapi uvicorn
    bide generate examples/pigeon.yaml --out generated-examples
    export PIGEON_API_KEY=... PIGEON_WEBHOOK_SECRET=whsec_...
    PYTHONPATH=generated-examples/pigeon:examples uvicorn fastapi_service:app

POST /letters answers at once with the id of the job. The provider calls POST /webhooks/pigeon. If that never comes, GET
/letters/ID polls: a webhook is only sooner.
"""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request, Response
from pigeon_client import AsyncJob, AsyncPigeon, InvalidSignature, JobError, models
from pydantic import BaseModel


class Letter(BaseModel):
    """What is submitted."""

    letter: str


def service(client: AsyncPigeon) -> FastAPI:
    """The service, in front of a client; in a test, of that of the fake."""
    app = FastAPI()
    tokens: dict[str, str] = {}  # a table of your database
    answers: dict[str, str] = {}

    async def settle(job: AsyncJob[models.Flight, models.Flight]) -> None:
        try:
            answers[job.id] = (await job.result()).answer or ""
        except JobError as error:
            answers[job.id] = f"failed: {error}"

    @app.post("/letters", status_code=202)
    async def submit(letter: Letter) -> dict[str, str]:
        job = await client.flight.submit(letter=letter.letter)
        tokens[job.id] = job.token
        return {"id": job.id}

    @app.post("/webhooks/pigeon", status_code=204)
    async def webhook(request: Request) -> Response:
        try:
            job = client.flight.receive(await request.body(), request.headers)
        except InvalidSignature:
            raise HTTPException(400) from None
        if job.is_done:
            await settle(job)
        return Response(status_code=204)

    @app.get("/letters/{id}")
    async def status(id: str) -> dict[str, str]:
        if id not in tokens:
            raise HTTPException(404)
        if id not in answers:
            job = client.flight.resume(tokens[id])
            await job.poll()
            if not job.is_done:
                return {"state": job.state.value}
            await settle(job)
        return {"state": "done", "answer": answers[id]}

    return app


def __getattr__(name: str) -> FastAPI:
    """`app`, made when uvicorn asks for it, since the client needs a key."""
    if name == "app":
        return service(AsyncPigeon())
    raise AttributeError(name)
