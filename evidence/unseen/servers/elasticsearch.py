"""An imitation of Elasticsearch's async search API, made from its public pages.

Credentials: "Authorization: ApiKey …" or "Basic …" (any; the word "bad" is refused). Magic words in the index's name:
"broken" = the search fails, "partial" = it ends with failed shards, "missing" = no such index, "slow" = ten
times slower.
A search takes 0.4 s and the submit waits 1 s by default, so it is answered at once, without an id, unless
`wait_for_completion_timeout` is short, the search long, or the index slow.
"""

import base64
import re
import time
import uuid

from evidence.unseen.servers.stage import Refused, answer_json

MAGIC = {"broken": "failed", "partial": "partial"}
EXAMPLE = "FmRldE8zREVEUzA2ZVpUeGs2ejJFUFEaMkZ5QTVrSTZSaVN3WlNFVmtlWHJsdzoxMDc="
UNITS = {"nanos": 1e-9, "micros": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400}
SHARDS = 562


def error(status, kind, reason, **more):
    cause = {"type": kind, "reason": reason, **more}
    return answer_json({"error": {"root_cause": [cause], **cause}, "status": status}, status)


def seconds(request, name, otherwise):
    text = request.query.get(name)
    if text is None:
        return otherwise
    found = re.fullmatch(r"(\d+)(nanos|micros|ms|s|m|h|d)", text)
    if not found and text not in ("0", "-1"):
        reason = (
            f"failed to parse setting [{name}] with value [{text}] as a time value: unit is missing or unrecognized"
        )
        raise Refused(error(400, "illegal_argument_exception", reason))
    return int(found.group(1)) * UNITS[found.group(2)] if found else 0


class Provider:
    def __init__(self, play):
        self.play, self.searches, self.first = play, {}, True

    def answer(self, request):
        status, headers, content = self.route(request)
        return status, {**headers, "X-Elastic-Product": "Elasticsearch"}, content

    def route(self, request):
        credentials = request.headers.get("authorization", "")
        if not credentials:
            reason = f"missing authentication credentials for REST request [{request.path}]"
            return self.unauthorized(reason)
        if not re.match(r"(ApiKey|Basic|Bearer) ", credentials) or credentials.endswith(" bad"):
            return self.unauthorized(
                f"unable to authenticate with provided credentials for REST request [{request.path}]"
            )
        found = re.fullmatch(r"(?:/([^/_][^/]*))?/_async_search", request.path)
        if found and request.method == "POST":
            return self.submit(request, found.group(1) or "_all")
        found = re.fullmatch(r"/_async_search/(status/)?([^/]+)", request.path)
        if found and request.method == "GET":
            return self.status(found.group(2)) if found.group(1) else self.get(request, found.group(2))
        if found and request.method == "DELETE":
            return self.delete(found.group(2))
        return error(
            405, "method_not_allowed", f"Incorrect HTTP method for uri [{request.path}] and method [{request.method}]"
        )

    @staticmethod
    def unauthorized(reason):
        header = {"WWW-Authenticate": ['Basic realm="security" charset="UTF-8"', "ApiKey"]}
        status, headers, content = error(401, "security_exception", reason, header=header)
        return status, {**headers, "WWW-Authenticate": "ApiKey"}, content

    def fault(self, place):
        status = self.play.fault(place)
        if status == "429":
            raise Refused(error(429, "es_rejected_execution_exception", "rejected execution of coordinating operation"))
        if status:
            raise Refused(error(int(status), "status_exception", "no master node or shard available just now"))

    def submit(self, request, index):
        self.fault("submit")
        if request.body and not isinstance(request.json(), dict):
            return error(400, "parsing_exception", "request body is not a JSON object")
        if "scroll" in request.query:
            return error(
                400, "action_request_validation_exception", "Validation Failed: 1: scroll queries are not supported;"
            )
        wait, keep = seconds(request, "wait_for_completion_timeout", 1), seconds(request, "keep_alive", 5 * 86400)
        if keep < 60:
            return error(
                400,
                "action_request_validation_exception",
                "Validation Failed: 1: [keep_alive] must be greater or equals than 1 minute;",
            )
        if "missing" in index:
            return error(404, "index_not_found_exception", f"no such index [{index}]", index=index)
        taken = self.play.seconds * (10 if "slow" in index else 1)
        search = {
            "at": time.time(),
            "seconds": taken,
            "keep": keep,
            "outcome": next((MAGIC[word] for word in MAGIC if word in index), self.play.outcome),
            "aggregations": isinstance(request.json(), dict) and bool(set(request.json()) & {"aggs", "aggregations"}),
        }
        self.wait(search, wait)
        running = self.running(search)
        if not running and request.query.get("keep_on_completion") not in ("true", ""):
            return self.show(search, None)
        identifier = EXAMPLE if self.first else base64.urlsafe_b64encode(uuid.uuid4().bytes * 3).decode() + "=="
        self.first = False
        self.searches[identifier] = search
        return self.show(search, identifier)

    @staticmethod
    def running(search):
        return time.time() < search["at"] + search["seconds"]

    @staticmethod
    def wait(search, limit):
        time.sleep(max(0, min(limit, search["at"] + search["seconds"] - time.time())))

    def find(self, identifier):
        search = self.searches.get(identifier)
        if search is None or time.time() > search["at"] + search["keep"]:
            raise Refused(error(404, "resource_not_found_exception", identifier))
        return search

    def get(self, request, identifier):
        self.fault("poll")
        search = self.find(identifier)
        keep = seconds(request, "keep_alive", None)
        if keep is not None:
            search["keep"] = time.time() - search["at"] + keep
        limit = seconds(request, "wait_for_completion_timeout", 0)
        end = time.time() + limit
        while self.running(search) and time.time() < end and identifier in self.searches:
            time.sleep(0.01)
        self.find(identifier)
        return self.show(search, identifier)

    def times(self, search):
        body = {
            "start_time_in_millis": int(search["at"] * 1000),
            "expiration_time_in_millis": int((search["at"] + search["keep"]) * 1000),
        }
        if not self.running(search):
            body["completion_time_in_millis"] = int((search["at"] + search["seconds"]) * 1000)
        return body

    def shards(self, search):
        part = min(1.0, (time.time() - search["at"]) / search["seconds"])
        failed = (
            112
            if search["outcome"] == "partial" and part == 1
            else SHARDS if search["outcome"].startswith("failed") and part == 1 else 0
        )
        return {"total": SHARDS, "successful": min(int(SHARDS * part), SHARDS - failed), "skipped": 0, "failed": failed}

    def show(self, search, identifier):
        running = self.running(search)
        partial = running or search["outcome"] != "success"
        body = {
            **({"id": identifier} if identifier else {}),
            "is_partial": partial,
            "is_running": running,
            **self.times(search),
        }
        hits = {
            "total": {"value": 157483 if running else 456433, "relation": "gte" if running else "eq"},
            "max_score": None,
            "hits": [],
        }
        body["response"] = {
            "took": int((time.time() - search["at"]) * 1000),
            "timed_out": False,
            "num_reduce_phases": 0 if running else 46,
            "_shards": self.shards(search),
            "hits": hits,
        }
        if search["aggregations"] and not running:
            body["response"]["aggregations"] = {"sale_date": {"buckets": []}}
        if not running and search["outcome"] == "partial":
            reason = {"type": "node_not_connected_exception", "reason": "node not connected"}
            body["response"]["_shards"]["failures"] = [{"shard": 0, "index": "sales", "node": "n1", "reason": reason}]
        if not running and search["outcome"].startswith("failed"):
            status = 503 if search["outcome"] == "failed-503" else 400
            cause = (
                {"type": "script_exception", "reason": "runtime error"}
                if status == 400
                else {"type": "no_shard_available_action_exception", "reason": "no shard available"}
            )
            body["error"] = {
                "root_cause": [cause],
                "type": "search_phase_execution_exception",
                "reason": "all shards failed",
                "phase": "query",
                "grouped": True,
                "failed_shards": [{"shard": 0, "index": "sales", "reason": cause}],
            }
            return answer_json(body, status)
        return answer_json(body)

    def status(self, identifier):
        self.fault("status")
        search = self.find(identifier)
        running = self.running(search)
        body = {
            "id": identifier,
            "is_running": running,
            "is_partial": running or search["outcome"] != "success",
            **self.times(search),
            "_shards": self.shards(search),
        }
        if not running:
            body["completion_status"] = {"failed": 400, "failed-503": 503, "partial": 200}.get(search["outcome"], 200)
        return answer_json(body)

    def delete(self, identifier):
        self.fault("delete")
        self.find(identifier)
        del self.searches[identifier]
        return answer_json({"acknowledged": True})
