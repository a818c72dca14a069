"""Stability AI, image-to-video."""

from evidence.unseen.caller import Caller
from evidence.unseen.checks.check import Api
from evidence.unseen.servers import stability as server

API = Api("stability", "Stability AI", server.Provider, "/v2beta", {"api_key": "sk-MYAPIKEY"})

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8) + (1024).to_bytes(4, "big") + (576).to_bytes(4, "big")


@API.check()
def bytes_come_unchanged(a: Caller) -> None:
    """`run()` with a PNG returns the bytes of the video, after some 202."""
    a.play.seconds = 1.0
    result = a.do(a.client.image_to_video.run(image=PNG))
    assert result.video == server.VIDEO
    assert 202 in [seen.status for seen in a.stage.seen]


@API.check()
def json_is_asked_for(a: Caller) -> None:
    """Asking for JSON sends `Accept: application/json`, and gives `video`, `finish_reason` and `seed`."""
    result = a.do(a.client.image_to_video.run(image=PNG))
    assert (result.finish_reason, result.seed) == ("SUCCESS", 343940597)
    assert a.stage.seen[-1].headers["accept"] == "application/json"


@API.check()
def no_image_is_refused(a: Caller) -> None:
    """A call without an image raises 400, with `bad_request` and the list `errors`."""
    error = a.error(lambda: a.client.image_to_video.run(image=b""))
    assert (error.status, error.code) == (400, "bad_request")
    assert error.body["errors"] == ["image: is required"]


@API.check()
def flagged_request_is_refused(a: Caller) -> None:
    """A flagged request raises 403 with `content_moderation`, and is never polled."""
    error = a.error(lambda: a.client.image_to_video.run(image=PNG, seed=403))
    assert (error.status, error.code) == (403, "content_moderation")
    assert a.sent("GET") == 0


@API.check()
def filtered_output_is_told(a: Caller) -> None:
    """A filtered output is told from a good one by `finish_reason`."""
    result = a.do(a.client.image_to_video.run(image=PNG, seed=451))
    assert result.finish_reason is a.package.models.FinishReason.CONTENT_FILTERED


@API.check()
def submit_429_is_waited_out(a: Caller) -> None:
    """A 429 at the submit, without `Retry-After`, is waited out."""
    a.play.faults = ["429@submit"]
    assert a.do(a.client.image_to_video.run(image=PNG)).video == server.VIDEO
    assert a.sent("POST") == 2


@API.check()
def poll_500_passes(a: Caller) -> None:
    """A 500 at a poll is asked again, and does not fail the job."""
    a.play.faults = ["500@poll"]
    assert a.do(a.client.image_to_video.run(image=PNG)).video == server.VIDEO
    assert 500 in [seen.status for seen in a.stage.seen]


@API.check()
def gone_result_is_an_error(a: Caller) -> None:
    """A result that is gone raises an error for the 404."""
    error = a.error(lambda: a.client.image_to_video.run(image=PNG, seed=404))
    assert "404" in str(error)
    assert not isinstance(error, a.package.JobTimeout)


@API.check()
def broken_job_ends(a: Caller) -> None:
    """A job that never comes ends in the time limit, with the name of the 500."""
    error = a.error(lambda: a.client.image_to_video.run(image=PNG, seed=500, timeout=60))
    assert isinstance(error, a.package.JobTimeout)
    assert error.transient_error.code == "internal_error"


@API.check()
def wrong_key_is_an_error(a: Caller) -> None:
    """A wrong key raises an authentication error (401), and is not tried again; without one, nothing is sent."""
    assert isinstance(a.error(lambda: a.another(api_key=None)), a.package.ConfigurationError)
    client = a.another(api_key="none")
    error = a.error(lambda: client.image_to_video.run(image=PNG))
    assert isinstance(error, a.package.AuthenticationError)
    assert len(a.stage.seen) == 1
