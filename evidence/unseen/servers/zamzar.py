"""An imitation of Zamzar's file conversion API (v1), made from its public pages.

Key (the user name of basic authentication, with an empty password): any but "bad";
"GiVUYsF4A8ssq93FR48H" is the one of the documentation's examples. Magic words in the source file's name or URL:
"corrupt" = the conversion fails, "endless" = it converts until it is cancelled, "many" = two target files.
"""

import base64
import itertools
import re
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs

from evidence.unseen.servers.stage import Refused, answer_bytes, answer_json

MAGIC = {"corrupt": "failed", "endless": "endless", "many": "many"}
TARGETS = {"png", "pdf", "jpg", "bmp", "mp3", "txt", "docx"}
CONTENT = b"\x89PNG\r\n\x1a\n" + b"converted\x00\xff\r\n" * 1391


def error(status, code, message, **context):
    return answer_json(
        {"errors": [{"code": code, "message": message, **({"context": context} if context else {})}]}, status
    )


def stamp(seconds):
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Provider:
    def __init__(self, play):
        self.play, self.jobs, self.files = play, {}, {}
        self.job_numbers, self.file_numbers = itertools.count(15), itertools.count(2)

    def answer(self, request):
        found = re.fullmatch(r"/_storage/(\d+)", request.path)
        if found and request.method == "GET":
            return answer_bytes(self.files[int(found.group(1))]["content"], "application/octet-stream")
        key = self.key(request)
        if not key or key == "bad":
            return error(401, 20, "API key was missing or invalid")
        status, headers, content = self.route(request, key)
        limits = {
            "X-RateLimit-Limit": 60,
            "X-RateLimit-Remaining": 59,
            "Zamzar-Credits-Remaining": 97,
            "Zamzar-Test-Credits-Remaining": 99,
        }
        return status, {**headers, **limits}, content

    @staticmethod
    def key(request):
        scheme, _, word = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            return base64.b64decode(word).decode().partition(":")[0]
        except ValueError:
            return None

    def route(self, request, key):
        if (request.method, request.path) in (("GET", "/v1"), ("GET", "/v1/")):
            return answer_json({"message": "Welcome to the Zamzar API"})
        if (request.method, request.path.rstrip("/")) == ("POST", "/v1/jobs"):
            return self.submit(request, key)
        if found := re.fullmatch(r"/v1/jobs/(\d+)/?", request.path):
            if request.method == "GET":
                return self.poll(key, int(found.group(1)))
            if request.method == "DELETE":
                return self.cancel(key, int(found.group(1)))
        if found := re.fullmatch(r"/v1/files/(\d+)(/content)?/?", request.path):
            return self.file(request, key, int(found.group(1)), bool(found.group(2)))
        return error(404, 40, "the requested resource was not found")

    def fault(self, place):
        status = self.play.fault(place)
        if status == "429":
            raise Refused(error(429, 29, "rate limit exceeded"))
        if status:
            raise Refused(error(int(status), 50, "an internal error occurred"))

    def keep(self, key, name, content):
        number = next(self.file_numbers)
        self.files[number] = {"key": key, "content": content, "is": {"id": number, "name": name, "size": len(content)}}
        return self.files[number]["is"]

    def submit(self, request, key):
        self.fault("submit")
        form = dict(request.form())
        if "application/x-www-form-urlencoded" in request.headers.get("content-type", ""):
            form = {name: (None, values[0].encode()) for name, values in parse_qs(request.body.decode()).items()}
        for name in ("source_file", "target_format"):
            if name not in form or not form[name][1]:
                return error(422, 10, "a required parameter was missing", parameter=name)
        target = form["target_format"][1].decode()
        if target not in TARGETS:
            return error(422, 12, "the target format is invalid", parameter="target_format", value=target)
        file_name, content = form["source_file"]
        if file_name is not None:
            source = self.keep(key, file_name, content)
        else:
            value = content.decode()
            if value.isdigit():
                if int(value) not in self.files:
                    return error(422, 11, "a parameter was invalid", parameter="source_file", value=value)
                source = self.files[int(value)]["is"]
            elif re.match(r"(https?|s?ftp|s3)://", value):
                source = self.keep(key, value.rsplit("/", 1)[-1], b"fetched from the address" * 4000)
            else:
                return error(422, 11, "a parameter was invalid", parameter="source_file", value=value)
        outcome = next((MAGIC[word] for word in MAGIC if word in source["name"]), self.play.outcome)
        number = next(self.job_numbers)
        self.jobs[number] = {
            "key": key,
            "at": time.time(),
            "seconds": self.play.seconds,
            "outcome": outcome,
            "cancelled": None,
            "source": source,
            "target": target,
            "files": [],
        }
        return answer_json(self.show(number), 201)

    def show(self, number):
        job = self.jobs[number]
        part = (time.time() - job["at"]) / job["seconds"]
        status, failure = "successful", None
        if job["cancelled"] or (job["outcome"] == "cancelled" and part >= 1):
            status = "cancelled"
        elif part < 0.3:
            status = "initialising"
        elif part < 1 or job["outcome"] == "endless":
            status = "converting"
        elif job["outcome"] == "failed":
            status, failure = "failed", {"code": 3, "message": "The source file could not be converted"}
        elif not job["files"]:
            stem = job["source"]["name"].rsplit(".", 1)[0]
            names = [f"{stem}-1", f"{stem}-2"] if job["outcome"] == "many" else [stem]
            job["files"] = [self.keep(job["key"], f"{name}.{job['target']}", CONTENT) for name in names]
        return {
            "id": number,
            "key": job["key"],
            "status": status,
            **({"failure": failure} if failure else {}),
            "sandbox": True,
            "created_at": stamp(job["at"]),
            "finished_at": stamp(job["at"] + job["seconds"]) if status == "successful" else None,
            "source_file": job["source"],
            "target_files": job["files"] if status == "successful" else [],
            "target_format": job["target"],
            "credit_cost": 1,
        }

    def find(self, key, number):
        if number not in self.jobs or self.jobs[number]["key"] != key:
            raise Refused(error(404, 40, "the requested resource was not found"))
        return self.jobs[number]

    def poll(self, key, number):
        self.fault("poll")
        self.find(key, number)
        return answer_json(self.show(number))

    def cancel(self, key, number):
        self.fault("cancel")
        job = self.find(key, number)
        if self.show(number)["status"] in ("successful", "failed", "cancelled"):
            return error(422, 13, "the job has already finished", parameter="id", value=number)
        job["cancelled"] = time.time()
        return answer_json(self.show(number))

    def file(self, request, key, number, content):
        if number not in self.files or self.files[number]["key"] != key:
            return error(404, 40, "the requested resource was not found")
        file = self.files[number]
        if request.method == "DELETE" and not content:
            del self.files[number]
            return answer_json(file["is"])
        if not content:
            return answer_json(file["is"])
        fault = self.play.fault("content")
        if fault in ("302", "307"):
            return int(fault), {"Location": f"http://{request.headers['host']}/_storage/{number}"}, b""
        if fault:
            return error(
                int(fault),
                29 if fault == "429" else 50,
                "rate limit exceeded" if fault == "429" else "an internal error occurred",
            )
        attachment = f'attachment; filename="{file["is"]["name"]}"'
        return answer_bytes(file["content"], "application/octet-stream", **{"Content-Disposition": attachment})
