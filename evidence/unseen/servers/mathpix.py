"""An imitation of Mathpix's PDF API (v3/pdf), made from its public pages.

Credentials: any app_id with any app_key, but "bad" is refused. Magic words in the URL's or the file's name:
"encrypted" = processing fails, "noconvert" = the docx conversion fails, "slow" = conversions lag far behind.
"""

import json
import re
import time
import uuid

from evidence.unseen.servers.stage import Refused, answer_bytes, answer_json

MAGIC = {"encrypted": "failed", "noconvert": "conversion-failed", "slow": "slow-conversion"}
FORMATS = ["md", "docx", "tex.zip", "html", "pdf", "latex.pdf", "pptx", "mmd.zip", "md.zip", "html.zip"]
ALWAYS = ["mmd", "lines.json", "lines.mmd.json"]
PAGES = 9
KINDS = {
    "mmd": "text/markdown",
    "md": "text/markdown",
    "html": "text/html",
    "pdf": "application/pdf",
    "latex.pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def error(identifier, message, status=200, detail=None):
    return answer_json(
        {"error": message, "error_info": {"id": identifier, "message": message, **(detail or {})}}, status
    )


class Provider:
    def __init__(self, play):
        self.play, self.jobs, self.first = play, {}, True

    def answer(self, request):
        identity, key = request.headers.get("app_id"), request.headers.get("app_key")
        if not identity or not key or "bad" in (identity, key):
            return error("http_unauthorized", "Invalid credentials", 401)
        if (request.method, request.path) == ("POST", "/v3/pdf"):
            return self.submit(request)
        if (request.method == "GET") and (found := re.fullmatch(r"/v3/converter/([^/.]+)", request.path)):
            return self.conversions(found.group(1))
        if found := re.fullmatch(r"/v3/pdf/([^/.]+)", request.path):
            if request.method == "GET":
                return self.status(found.group(1))
            if request.method == "DELETE":
                return self.delete(found.group(1))
        if (request.method == "GET") and (found := re.fullmatch(r"/v3/pdf/([^/.]+)\.(.+)", request.path)):
            return self.result(*found.groups())
        return error("http_not_found", "Not found", 404)

    def fault(self, place):
        status = self.play.fault(place)
        if status == "429":
            detail = {"limit_name": "page_monthly_limit", "limit_value": 5000, "count": 5001}
            raise Refused(error("http_max_requests", "Too many requests", 429, detail))
        if status == "200":
            raise Refused(error("sys_exception", "Internal server error"))
        if status:
            raise Refused(answer_bytes(b"<html>upstream unavailable</html>", "text/html", int(status)))

    def submit(self, request):
        self.fault("submit")
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            form = request.form()
            if "file" not in form or not form["file"][1]:
                return error("pdf_missing", "PDF missing")
            name = form["file"][0] or "file.pdf"
            try:
                wanted = json.loads(form.get("options_json", (None, b"{}"))[1] or b"{}")
            except ValueError:
                return error("json_syntax", "JSON syntax error")
        else:
            wanted = request.json()
            if not isinstance(wanted, dict):
                return error("json_syntax", "JSON syntax error")
            name = wanted.get("url")
            if not isinstance(name, str) or not name:
                return error("pdf_missing", "PDF missing")
            if not name.startswith(("http://", "https://")):
                return error("pdf_download_error", "PDF download error", detail={"url": name})
        formats = wanted.get("conversion_formats", {})
        unknown = [format for format in formats if format not in FORMATS]
        if unknown:
            return error("opts_invalid_conversion_format", f"Unknown conversion format {unknown[0]}")
        outcome = next((MAGIC[word] for word in MAGIC if word in name), self.play.outcome)
        identifier = "2024_01_15_abc123def456" if self.first else "2024_01_15_" + uuid.uuid4().hex[:12]
        self.first = False
        wanted_formats = [format for format, yes in formats.items() if yes]
        self.jobs[identifier] = {
            "at": time.time(),
            "seconds": self.play.seconds,
            "outcome": outcome,
            "formats": wanted_formats,
            "name": name,
        }
        return answer_json({"pdf_id": identifier})

    def job(self, identifier):
        if identifier not in self.jobs:
            raise Refused(error("pdf_unknown_id", "Unknown PDF id"))
        job = self.jobs[identifier]
        return job, (time.time() - job["at"]) / job["seconds"]

    def status(self, identifier):
        self.fault("poll")
        job, part = self.job(identifier)
        if part >= 0.6 and job["outcome"] == "failed":
            return answer_json(
                {
                    "status": "error",
                    "error": "PDF is encrypted",
                    "error_info": {"id": "pdf_encrypted", "message": "PDF is encrypted"},
                }
            )
        if part < 0.2:
            return answer_json({"status": "received"})
        if part < 0.4:
            return answer_json({"status": "loaded", "input_file": job["name"]})
        pages = min(PAGES, int(PAGES * max(0.0, part - 0.4) / 0.6))
        body = {
            "input_file": job["name"],
            "num_pages": PAGES,
            "num_pages_completed": pages,
            "percent_done": 100 * pages / PAGES,
        }
        return answer_json({"status": "completed" if part >= 1 else "split", **body})

    def conversion(self, job, part, format):
        lag = 3.0 if job["outcome"] == "slow-conversion" else 0.3
        if part < 1 + lag * (1 if format == "docx" else 0.5):
            return {"status": "processing"}
        if format == "docx" and job["outcome"] == "conversion-failed":
            return {"status": "error", "error_info": {"id": "conversion_error", "message": "Conversion to docx failed"}}
        return {"status": "completed"}

    def conversions(self, identifier):
        self.fault("conversion")
        job, part = self.job(identifier)
        if job["outcome"] == "failed" and part >= 0.6:
            return answer_json(
                {"status": "error", "error_info": {"id": "pdf_encrypted", "message": "PDF is encrypted"}}
            )
        states = {format: self.conversion(job, part, format) for format in job["formats"]}
        return answer_json({"status": "completed" if part >= 1 else "processing", "conversion_status": states})

    def result(self, identifier, format):
        self.fault("result")
        if identifier not in self.jobs:
            return error("pdf_unknown_id", "Unknown PDF id", 404)
        job, part = self.job(identifier)
        ready = job["outcome"] != "failed" and (
            (format in ALWAYS and part >= 1)
            or (format in job["formats"] and self.conversion(job, part, format)["status"] == "completed")
        )
        if not ready:
            return error("format_not_ready", f"Format {format} is not available", 404)
        if format == "lines.json":
            return answer_json({"pages": [self.page(identifier, number) for number in range(1, PAGES + 1)]})
        if format == "lines.mmd.json":
            return answer_json({"pages": [{"page": 1, "lines": [{"line": 1, "text": "# CS229 Lecture notes"}]}]})
        if format in ("mmd", "md"):
            return answer_bytes(
                "# CS229 Lecture notes\n\nSupervised learning: $h(x) = \\theta^T x$ — done.\n".encode(), KINDS[format]
            )
        if format == "html":
            return answer_bytes(b"<h1>CS229 Lecture notes</h1>", "text/html")
        magic = b"%PDF-1.7\n" if format.endswith("pdf") else b"PK\x03\x04"
        return answer_bytes(magic + format.encode() + b"\x00\xff\r\n" * 100, KINDS.get(format, "application/zip"))

    def page(self, identifier, number):
        line = {
            "cnt": [[193, 267], [193, 201], [1018, 201], [1018, 267]],
            "region": {"top_left_x": 193, "top_left_y": 201, "height": 67, "width": 826},
            "line": 1,
            "column": 0,
            "font_size": 40,
            "is_printed": True,
            "is_handwritten": False,
            "text": "CS229 Lecture notes",
            "confidence": 1,
            "confidence_rate": 1,
            "type": "title",
            "conversion_output": True,
            "id": f"line-{number}-1",
        }
        return {
            "image_id": f"{identifier}-{number}",
            "page": number,
            "page_height": 2200,
            "page_width": 1700,
            "lines": [line],
        }

    def delete(self, identifier):
        self.fault("delete")
        self.job(identifier)
        del self.jobs[identifier]
        return answer_json({})
