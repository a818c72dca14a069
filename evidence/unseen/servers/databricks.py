"""An imitation of Databricks' SQL statement execution API (2.0), made from its public pages.

Tokens: any bearer token that starts with "dapi", or one from POST /oidc/v1/token (client "client" with "secret").
Magic words in the statement: "no_such_table" = fails, "sleep" = runs until it is canceled, "closed" = ends CLOSED,
"lineitem" = the tutorial's rows in one chunk; any other statement gives seven rows in three chunks.
The submit waits 10 s by default, so a statement is answered at once unless wait_timeout is "0s".
"""

import base64
import json
import re
import threading
import time
import uuid
from datetime import UTC, datetime
from urllib.parse import parse_qs

from evidence.unseen.servers.stage import Refused, answer_bytes, answer_json

MAGIC = {"no_such_table": "failed", "sleep": "endless", "closed": "closed"}
EXAMPLE = "00000000-0000-0000-0000-000000000000"
TUTORIAL = (
    [
        {"name": "l_orderkey", "position": 0, "type_name": "LONG", "type_text": "BIGINT"},
        {
            "name": "l_extendedprice",
            "position": 1,
            "type_name": "DECIMAL",
            "type_precision": 18,
            "type_scale": 2,
            "type_text": "DECIMAL(18,2)",
        },
        {"name": "l_shipdate", "position": 2, "type_name": "DATE", "type_text": "DATE"},
    ],
    [["2", "71433.16", "1997-01-28"], ["7", "86152.02", "1996-01-15"]],
    2,
)
NUMBERED = (
    [
        {"name": "strCol", "position": 0, "type_name": "STRING", "type_text": "STRING"},
        {"name": "intCol", "position": 1, "type_name": "LONG", "type_text": "BIGINT"},
        {"name": "nullCol", "position": 2, "type_name": "NULL", "type_text": "VOID"},
    ],
    [[f"id-{number}", str(number), None] for number in range(1, 8)],
    3,
)


def error(status, code, message, **headers):
    detail = {"@type": "type.googleapis.com/google.rpc.RequestInfo", "request_id": str(uuid.uuid4())}
    return answer_json({"error_code": code, "message": message, "details": [detail]}, status, **headers)


class Provider:
    def __init__(self, play):
        self.play, self.statements, self.tokens = play, {}, {}

    def answer(self, request):
        if (request.method, request.path) == ("POST", "/oidc/v1/token"):
            return self.token(request)
        if found := re.fullmatch(r"/external/([^/]+)/(\d+)", request.path):
            return self.external(request, found.group(1), int(found.group(2)))
        self.check(request)
        if (request.method, request.path.rstrip("/")) == ("POST", "/api/2.0/sql/statements"):
            return self.submit(request)
        found = re.fullmatch(r"/api/2\.0/sql/statements/([^/]+)(/cancel|/result/chunks/(\d+))?", request.path)
        if found and request.method == "GET" and not found.group(2):
            return self.poll(request, found.group(1))
        if found and request.method == "POST" and found.group(2) == "/cancel":
            return self.cancel(found.group(1))
        if found and request.method == "GET" and found.group(3):
            return self.chunk(request, found.group(1), int(found.group(3)))
        return error(404, "ENDPOINT_NOT_FOUND", f"No API found for '{request.method} {request.path}'")

    def check(self, request):
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise Refused(
                error(401, "UNAUTHENTICATED", "Credential was not sent or was of an unsupported type for this API.")
            )
        if not token.startswith("dapi") and self.tokens.get(token, 0) < time.time():
            raise Refused(error(403, "PERMISSION_DENIED", "Invalid access token."))

    def token(self, request):
        self.fault("token")
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        scheme, _, word = request.headers.get("authorization", "").partition(" ")
        pair = (
            base64.b64decode(word).decode()
            if scheme == "Basic"
            else f"{form.get('client_id')}:{form.get('client_secret')}"
        )
        if form.get("grant_type") != "client_credentials":
            return answer_json({"error": "unsupported_grant_type", "error_description": "only client_credentials"}, 400)
        if pair != "client:secret":
            return answer_json({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        token = "eyJ" + uuid.uuid4().hex
        self.tokens[token] = time.time() + 3600
        return answer_json(
            {"access_token": token, "scope": form.get("scope", "all-apis"), "token_type": "Bearer", "expires_in": 3600}
        )

    def fault(self, place):
        status = self.play.fault(place)
        if status == "429":
            raise Refused(
                error(429, "REQUEST_LIMIT_EXCEEDED", "Too many requests, please try again later.", retry_after=1)
            )
        if status == "503":
            raise Refused(error(503, "TEMPORARILY_UNAVAILABLE", "The service is temporarily unavailable."))
        if status:
            raise Refused(error(int(status), "INTERNAL_ERROR", "An internal error occurred."))

    def submit(self, request):
        self.fault("submit")
        wanted = request.json()
        if not isinstance(wanted, dict):
            return error(400, "MALFORMED_REQUEST", "Could not parse request object: expected a JSON object")
        for name in ("statement", "warehouse_id"):
            if not wanted.get(name):
                return error(400, "INVALID_PARAMETER_VALUE", f"Missing required field: {name}")
        found = re.fullmatch(r"(\d+)s", wanted.get("wait_timeout", "10s"))
        if not found or not (int(found.group(1)) == 0 or 5 <= int(found.group(1)) <= 50):
            return error(400, "INVALID_PARAMETER_VALUE", "wait_timeout must be 0s, or between 5s and 50s")
        disposition, format = wanted.get("disposition", "INLINE"), wanted.get("format", "JSON_ARRAY")
        if disposition not in ("INLINE", "EXTERNAL_LINKS") or format not in ("JSON_ARRAY", "ARROW_STREAM", "CSV"):
            return error(400, "INVALID_PARAMETER_VALUE", "Unknown disposition or format")
        if disposition == "INLINE" and format != "JSON_ARRAY":
            return error(
                400, "INVALID_PARAMETER_VALUE", f"The format {format} is supported only with EXTERNAL_LINKS disposition"
            )
        if wanted.get("on_wait_timeout", "CONTINUE") not in ("CONTINUE", "CANCEL"):
            return error(400, "INVALID_PARAMETER_VALUE", "on_wait_timeout must be CONTINUE or CANCEL")
        text = wanted["statement"]
        columns, rows, size = TUTORIAL if "lineitem" in text else NUMBERED
        limit = wanted.get("row_limit")
        kept = rows[:limit] if limit else rows
        identifier = str(uuid.uuid4()) if self.statements else EXAMPLE
        statement = {
            "at": time.time(),
            "seconds": self.play.seconds,
            "outcome": next((MAGIC[word] for word in MAGIC if word in text), self.play.outcome),
            "canceled": False,
            "columns": columns,
            "chunks": [kept[start : start + size] for start in range(0, len(kept), size)],
            "size": size,
            "truncated": len(kept) < len(rows),
            "links": disposition == "EXTERNAL_LINKS",
            "format": format,
        }
        self.statements[identifier] = statement
        wait = int(found.group(1))
        end = time.time() + wait
        while wait and self.state(statement) in ("PENDING", "RUNNING") and time.time() < end:
            time.sleep(0.01)
        if wait and wanted.get("on_wait_timeout") == "CANCEL" and self.state(statement) in ("PENDING", "RUNNING"):
            statement["canceled"] = True
        return answer_json(self.show(request, identifier))

    @staticmethod
    def state(statement):
        part = (time.time() - statement["at"]) / statement["seconds"]
        if statement["canceled"]:
            return "CANCELED"
        if part < 0.3:
            return "PENDING"
        if part < 1 or statement["outcome"] == "endless":
            return "RUNNING"
        return {"failed": "FAILED", "canceled": "CANCELED", "closed": "CLOSED"}.get(statement["outcome"], "SUCCEEDED")

    def find(self, identifier):
        if identifier not in self.statements:
            raise Refused(error(404, "NOT_FOUND", f"The statement {identifier} was not found."))
        return self.statements[identifier]

    def show(self, request, identifier):
        statement = self.statements[identifier]
        state = self.state(statement)
        body = {"statement_id": identifier, "status": {"state": state}}
        if state == "FAILED":
            message = "[TABLE_OR_VIEW_NOT_FOUND] The table or view `no_such_table` cannot be found. SQLSTATE: 42P01"
            body["status"] |= {"error": {"error_code": "BAD_REQUEST", "message": message}, "sql_state": "42P01"}
        if state == "SUCCEEDED":
            chunks = statement["chunks"]
            body["manifest"] = {
                "format": statement["format"],
                "schema": {"column_count": len(statement["columns"]), "columns": statement["columns"]},
                "total_chunk_count": len(chunks),
                "chunks": [self.place(statement, index) for index in range(len(chunks))],
                "total_row_count": sum(map(len, chunks)),
                "truncated": statement["truncated"],
            }
            body["result"] = self.part(request, identifier, 0)
        return body

    @staticmethod
    def place(statement, index):
        return {
            "chunk_index": index,
            "row_offset": index * statement["size"],
            "row_count": len(statement["chunks"][index]),
        }

    def part(self, request, identifier, index):
        statement = self.statements[identifier]
        part = self.place(statement, index)
        if index + 1 < len(statement["chunks"]):
            offset = (index + 1) * statement["size"]
            link = f"/api/2.0/sql/statements/{identifier}/result/chunks/{index + 1}?row_offset={offset}"
            part |= {"next_chunk_index": index + 1, "next_chunk_internal_link": link}
        if not statement["links"]:
            return {**part, "data_array": statement["chunks"][index]}
        port = request.headers["host"].rpartition(":")[2]
        link = f"http://localhost:{port}/external/{identifier}/{index}?X-Signature=temporary"
        expiration = datetime.fromtimestamp(time.time() + 900, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        size = len(self.content(statement, index))
        return {"external_links": [{**part, "byte_count": size, "external_link": link, "expiration": expiration}]}

    @staticmethod
    def content(statement, index):
        rows = statement["chunks"][index]
        if statement["format"] == "CSV":
            lines = [",".join("null" if value is None else value for value in row) for row in rows]
            return "\n".join(
                ([",".join(column["name"] for column in statement["columns"])] if index == 0 else []) + lines
            ).encode()
        return json.dumps(rows, separators=(",", ":")).encode()

    def poll(self, request, identifier):
        self.fault("poll")
        self.find(identifier)
        return answer_json(self.show(request, identifier))

    def cancel(self, identifier):
        self.fault("cancel")
        statement = self.find(identifier)
        if self.state(statement) in ("PENDING", "RUNNING"):
            timer = threading.Timer(0.05, statement.__setitem__, ("canceled", True))
            timer.daemon = True
            timer.start()
        return answer_json({})

    def chunk(self, request, identifier, index):
        self.fault("chunk")
        statement = self.find(identifier)
        state = self.state(statement)
        if state != "SUCCEEDED":
            return error(400, "BAD_REQUEST", f"The statement is in the state {state}; its result can not be fetched.")
        if index >= len(statement["chunks"]):
            return error(404, "NOT_FOUND", f"The chunk {index} does not exist.")
        return answer_json(self.part(request, identifier, index))

    def external(self, request, identifier, index):
        self.fault("external")
        if "authorization" in request.headers:
            return answer_bytes(b"<Error><Code>InvalidArgument</Code></Error>", "application/xml", 400)
        return answer_bytes(self.content(self.find(identifier), index), "application/octet-stream")
