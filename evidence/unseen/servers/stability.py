"""An imitation of Stability AI's image-to-video API (v2beta), made from its public pages.

Key: any that starts with "sk-"; "sk-MYAPIKEY" is the one of the documentation's examples.
A job belongs to the key that started it. Magic values of the form field `seed`:
403 = refused by moderation, 451 = output filtered, 404 = result gone, 500 = never comes.
"""

import base64
import hashlib
import re
import time
import uuid

from evidence.unseen.servers.stage import Refused, answer_bytes, answer_json

MAGIC = {"403": "moderated", "451": "filtered", "404": "gone", "500": "broken"}
VIDEO = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00\xff\r\n--frame--" * 200
SIZES = {(1024, 576), (576, 1024), (768, 768)}


def error(status, name, *errors, **headers):
    identifier = "rate_limit_exceeded" if status == 429 else uuid.uuid4().hex
    return answer_json({"id": identifier, "name": name, "errors": list(errors)}, status, **headers)


def png_size(image):
    if image[:8] == b"\x89PNG\r\n\x1a\n" and len(image) >= 24:
        return int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")
    return None


class Provider:
    def __init__(self, play):
        self.play, self.jobs = play, {}

    def answer(self, request):
        if not request.headers.get("authorization"):
            return error(401, "unauthorized", "authorization: is required")
        found = re.fullmatch(r"Bearer (sk-\S+)", request.headers["authorization"])
        if not found:
            return error(401, "unauthorized", "authorization: invalid or missing header value")
        key = found.group(1)
        for name in ("stability-client-id", "stability-client-user-id", "stability-client-version"):
            if len(request.headers.get(name, "")) > 256:
                return error(400, "bad_request", f"{name}: must be at most 256 characters")
        if (request.method, request.path) == ("POST", "/v2beta/image-to-video"):
            return self.submit(request, key)
        found = re.fullmatch(r"/v2beta/image-to-video/result/([^/]+)", request.path)
        if found and request.method == "GET":
            return self.result(request, key, found.group(1))
        return error(404, "not_found", "the requested resource was not found")

    def fault(self, place):
        status = self.play.fault(place)
        if status == "429":
            text = "You have exceeded the rate limit of 150 requests within 10 seconds."
            raise Refused(error(429, "rate_limit_exceeded", text))
        if status:
            raise Refused(
                error(int(status), "internal_error", "An unexpected server error has occurred, please try again later.")
            )

    def submit(self, request, key):
        self.fault("submit")
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            return error(400, "bad_request", "content-type: must be multipart/form-data")
        if len(request.body) > 10 * 1024 * 1024:
            return error(413, "payload_too_large", "body: payloads cannot be larger than 10MiB in size")
        form, errors = request.form(), []
        if "image" not in form or not form["image"][1]:
            errors.append("image: is required")
        else:
            image = form["image"][1]
            if image[:2] != b"\xff\xd8" and png_size(image) is None:
                errors.append("image: must be one of the following formats: image/jpeg, image/png")
            elif png_size(image) and png_size(image) not in SIZES:
                errors.append("image: must be one of the following dimensions: 1024x576, 576x1024, 768x768")
        for name, low, high, kind in (
            ("seed", 0, 4294967294, int),
            ("cfg_scale", 0, 10, float),
            ("motion_bucket_id", 1, 255, int),
        ):
            if name in form:
                try:
                    if not low <= kind(form[name][1]) <= high:
                        errors.append(f"{name}: must be between {low} and {high}")
                except ValueError:
                    errors.append(f"{name}: must be a number")
        if errors:
            return error(400, "bad_request", *errors)
        seed = form.get("seed", (None, b"0"))[1].decode()
        outcome = MAGIC.get(seed, self.play.outcome)
        if outcome == "moderated":
            text = "Your request was flagged by our content moderation system and denied."
            return error(403, "content_moderation", text)
        identifier = (
            hashlib.sha256(uuid.uuid4().bytes).hexdigest()
            if self.jobs
            else "a6dc6c6e20acda010fe14d71f180658f2896ed9b4ec25aa99a6ff06c796987c4"
        )
        self.jobs[identifier] = {
            "key": key,
            "at": time.time(),
            "seconds": self.play.seconds,
            "outcome": outcome,
            "seed": int(seed) or 343940597,
        }
        return answer_json({"id": identifier})

    def result(self, request, key, identifier):
        self.fault("poll")
        if not re.fullmatch(r".{64}", identifier):
            return error(400, "bad_request", "id: must be exactly 64 characters")
        job = self.jobs.get(identifier)
        done = job and time.time() - job["at"] >= job["seconds"]
        if job is None or job["key"] != key or (done and job["outcome"] == "gone"):
            return error(404, "not_found", "no generation found for the provided id")
        accept = request.headers.get("accept", "video/*")
        if accept not in ("video/*", "application/json", "*/*"):
            return error(400, "bad_request", "accept: must be one of video/*, application/json")
        if not done:
            return answer_json({"id": identifier, "status": "in-progress"}, 202)
        if job["outcome"] == "broken":
            return error(500, "internal_error", "An unexpected server error has occurred, please try again later.")
        reason = "CONTENT_FILTERED" if job["outcome"] == "filtered" else "SUCCESS"
        if accept == "application/json":
            return answer_json(
                {"video": base64.b64encode(VIDEO).decode(), "finish_reason": reason, "seed": job["seed"]}
            )
        return answer_bytes(VIDEO, "video/mp4", finish_reason=reason, seed=job["seed"], x_request_id=uuid.uuid4().hex)
