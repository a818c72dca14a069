"""What the imitations share: an HTTP server of the standard library, and what it is to play."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit


class Refused(Exception):
    """An answer given early: a refusal or a fault."""

    def __init__(self, answer):
        self.answer = answer


class Seen(NamedTuple):
    """A request that arrived, and the status that it got."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes


class Request:
    def __init__(self, method, target, headers, body):
        parts = urlsplit(target)
        self.method, self.path, self.body = method, unquote(parts.path), body
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}

    def json(self):
        """The body as JSON, or None."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def form(self):
        """The parts of a multipart body: name to (file name or None, bytes)."""
        found = re.search(r'boundary="?([^";]+)"?', self.headers.get("content-type", ""))
        if not found:
            return {}
        fields = {}
        for piece in self.body.split(b"--" + found.group(1).encode())[1:]:
            if piece.startswith(b"--"):
                break
            head, _, content = piece.partition(b"\r\n\r\n")
            name = re.search(rb'[; ]name="([^"]*)"', head)
            file = re.search(rb'filename="([^"]*)"', head)
            if name:
                file_name = file.group(1).decode() if file else None
                fields[name.group(1).decode()] = (file_name, content.removesuffix(b"\r\n"))
        return fields


class Play:
    """What the server plays: the outcome of new jobs, faults that are used once, the seconds a job takes."""

    def __init__(self, outcome="success", faults=(), seconds=0.4):
        self.outcome, self.faults, self.seconds = outcome, list(faults), seconds
        self.lock = threading.Lock()

    def fault(self, place):
        """The status of the next fault for this place, which is used up by the question."""
        with self.lock:
            for fault in self.faults:
                status, _, where = fault.partition("@")
                if where == place:
                    self.faults.remove(fault)
                    return status
        return None


def answer_json(value, status=200, **headers):
    return status, {"Content-Type": "application/json", **headers}, json.dumps(value).encode()


def answer_bytes(content, kind, status=200, **headers):
    return status, {"Content-Type": kind, **headers}, content


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _serve(self):
        request = Request(self.command, self.path, self.headers, self._body())
        stage = self.server
        try:
            status, headers, content = stage.provider.answer(request)
        except Refused as refused:
            status, headers, content = refused.answer
        stage.seen.append(Seen(self.command, self.path, status, request.headers, request.body))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve

    def log_message(self, *args):
        pass


class Stage(ThreadingHTTPServer):
    """A provider on a free port, for the time of a `with` block."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, provider):
        super().__init__(("127.0.0.1", 0), Handler)
        self.provider, self.seen = provider, []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        self.server_close()
