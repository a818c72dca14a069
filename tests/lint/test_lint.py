"""The findings of the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from bide.lint.pipeline import examined, read_spec
from tests.acme_spec import FILE, TEXT, changed, linted, said

BAD_SPECS = Path(__file__).parents[1] / "spec" / "bad_specs"


def test_a_valid_spec() -> None:
    """The rules find nothing."""
    assert linted(TEXT) == []


STREAM = (
    "events: {error: ErrorEvent, progress: ProgressEvent, complete: CompleteEvent}\n"
    "      last: complete\n      error: {event: error, message: message}"
)

CASES = [
    # pages
    (
        "gone: [404, 410], retention: 24h}",
        "gone: [404, 410], retention: 24h, pages: {list: results, next: {field: meta.next}}}",
        None,
    ),
    (
        "gone: [404, 410], retention: 24h}",
        "gone: [404, 410], retention: 24h, pages: {list: results, next: {header: Link}}}",
        None,
    ),
    (
        "gone: [404, 410], retention: 24h}",
        "gone: [404, 410], retention: 24h, pages: {list: results, next: {header: X-Next}, query: cursor}}",
        None,
    ),
    (
        "gone: [404, 410], retention: 24h}",
        "gone: [404, 410], retention: 24h, pages: {list: results, offset: skip}}",
        None,
    ),
    (
        "gone: [404, 410], retention: 24h}",
        "gone: [404, 410], retention: 24h, pages: {list: results}}",
        "bad-pages: nothing says how the next page is requested (add query, offset, or the address of",
    ),
    (
        "gone: [404, 410], retention: 24h}",
        "gone: [404, 410], retention: 24h, pages: {list: results, next: meta.next}}",
        'bad-pages: "meta.next" is sent nowhere (add query: its query parameter; or if it is an address, write next: {',
    ),
    (
        "gone: [404, 410], retention: 24h}",
        "gone: [404, 410], retention: 24h, pages: {list: results, next: {field: meta.next, header: Link}}}",
        "conflicting-keys: use either a header or a field, not both",
    ),
    (
        "gone: [404, 410], retention: 24h}",
        "gone: [404, 410], retention: 24h, pages: {list: results, next: {field: results}}}",
        'wrong-pointer: "results" is list of Item, but it must be text',
    ),
    (
        "gone: [404, 410], retention: 24h}",
        "gone: [404, 410], retention: 24h, pages: {list: results, offset: skip, query: page}}",
        'conflicting-keys: "offset" counts the items, so "query" cannot be used with it',
    ),
    (
        "gone: [404, 410], retention: 24h}",
        "gone: [404, 410], retention: 24h, pages: {query: page}}",
        'bad-pages: the result of "fetch" is FetchResult: without "list" it must be a list',
    ),
    (
        'result: {get: "/jobs/{job_id}/result", not_ready: [409], gone: [404, 410], retention: 24h}',
        "result: {field: links, pages: {list: results, query: page}}",
        'bad-pages: "pages" needs the whole poll reply as the result, or a result with its own address',
    ),
    (
        'result: {get: "/jobs/{job_id}/result", not_ready: [409]',
        'result: {get: "/jobs/{job_id}/result", field: links, not_ready: [409]',
        'conflicting-keys: the result is either at "field" or at "get" (remove one of them)',
    ),
    # streams
    (
        STREAM,
        "events: ProgressEvent\n      last: {data: '[DONE]'}\n      error: {message: message}",
        None,
    ),
    (
        STREAM,
        "lines: Action",
        None,
    ),
    (
        STREAM,
        "events: Action\n      last: clik",
        'unknown-event: there is no event "clik" (did you mean "click"?)',
    ),
    (
        STREAM,
        "events: ProgressEvent\n      last: done",
        'unknown-event: nothing tells the event "done" from others: they have one model',
    ),
    (
        STREAM,
        "events: ProgressEvent\n      error: {event: done, message: message}",
        'unknown-event: nothing tells the event "done" from others: they have one model',
    ),
    (
        STREAM,
        "events: ProgressEvent\n      error: {message: what}",
        'unknown-pointer: ProgressEvent has no field "what"',
    ),
    (
        STREAM,
        "lines: JobStatus",
        'unknown-model: "JobStatus" is an enum, and a model is needed here',
    ),
    # rates and delays
    ("rate_limit: 60/min\n    examples", "rate_limit: 20000/5min\n    examples", None),
    ("not_found_grace: 10s", "initial_delay: 5s", None),
    # two requests at one address
    (
        '    get: "/monitors/{id}"\n    path: {id: string}\n    query: {limit?: integer, kind: {const: x}}',
        '    post: "/jobs/{id}/cancel"\n    path: {id: string}',
        "keep one of them: the handle of a job has cancel(), also after attach() or resume())",
    ),
    # base URLs with variables
    (
        "base_url: https://api.acme.example/v1",
        "base_url: https://{a}.acme.example/{b}\nvariables: {a: {env: A}, b: {default: '.x', values: {.x: X.}}}",
        None,
    ),
    (
        "base_url: https://api.acme.example/v1",
        "base_url: https://{a}.acme.example\nvariables: {a: {default: x, values: {y: Y.}}}",
        'bad-base-url: "x" is not one of the values',
    ),
    (
        "base_url: https://api.acme.example/v1",
        "base_url: https://{a}.acme.example\nvariables: {a: {default: x.y}}",
        'bad-base-url: "x.y" cannot be a part of a host: it needs letters, digits and hyphens',
    ),
    (
        "base_url: https://api.acme.example/v1",
        "base_url: https://api.acme.example/{a}\nvariables: {a: {default: ..}}",
        'bad-base-url: ".." would change the path',
    ),
    (
        "base_url: https://api.acme.example/v1",
        "base_url: https://{timeout}.acme.example\nvariables: {timeout: {}}",
        'bad-base-url: the client already has an argument "timeout" (choose another name)',
    ),
    (
        "base_url: https://api.acme.example/v1",
        "base_url: https://{api_key}.acme.example\nvariables: {api_key: {}}",
        'bad-base-url: the client already has an argument "api_key" (choose another name)',
    ),
    (
        "base_url: https://api.acme.example/v1",
        "base_url: https://{class}.acme.example\nvariables: {class: {}}",
        'bad-base-url: "class" is not a valid Python name',
    ),
    (
        "auth: {header: X-API-Key, env: ACME_API_KEY}",
        "auth: {query: key, env: ACME_API_KEY} # bide: allow key-in-query -- a test\nquery: {key: x}",
        'no-effect: "auth" sends the query parameter "key" already',
    ),
    # ids that are arguments
    (
        "      job_id: job_id\n      idempotency_key",
        "      job_id: {argument: url}\n      idempotency_key",
        None,
    ),
    (
        "      job_id: job_id\n      idempotency_key",
        "      job_id: {argument: ulr}\n      idempotency_key",
        'no-job-id: "ulr" is not a required argument of this request (did you mean "url"?)',
    ),
    (
        "      job_id: job_id\n      idempotency_key",
        "      job_id: {argument: maxPages}\n      idempotency_key",
        'no-job-id: "maxPages" is not a required argument of this request',
    ),
    (
        "      job_id: job_id\n      idempotency_key",
        "      job_id: {argument: url, header: Location}\n      idempotency_key",
        'conflicting-keys: the id is either an argument or in the reply, so "header" cannot be used with "argument"',
    ),
    (
        "    query: {limit?: integer, kind: {const: x}}\n    headers: {X-Trace?: string}\n"
        "    returns: {200: SearchReply, 202: {job: fetch, job_id: job_id}, 203: DoneJob}",
        "    query: {at: datetime}\n    returns: {200: SearchReply, 202: {job: fetch, job_id: {argument: at}}}",
        'no-job-id: "at" is datetime, but an id must be text or a whole number',
    ),
    # pointers into lists
    ("completed: integer, total", "steps: list of (ErrorInfo or null), completed: integer, total", None),
    (
        "credits: credits_used",
        "credits: links.first",
        'unknown-pointer: list of string is a list and has no field "first" (a number from 0 leads to one of its items',
    ),
    ("credits: credits_used", "credits: links.0", 'wrong-pointer: "links.0" is string, but it must be a number'),
    (
        "list: results, status: status",
        "list: results, status: 0.status",
        'unknown-pointer: Item has no field "0"',
    ),
    # types
    ("hits: list of string", "hits: list of (string or null)", None),
    ("hits: list of string", "hits: string or list of string or null", None),
    ("hits: list of string", "hits: FetchInput or string or boolean or list of (integer or uuid)", None),
    (
        "hits: list of string",
        "hits: integer or number",
        'unknown-type: "integer" and "number" are both a number in JSON (use number for both)',
    ),
    (
        "hits: list of string",
        "hits: list of (datetime or JobStatus)",
        'unknown-type: "datetime" and "JobStatus" are both text in JSON (use string for both)',
    ),
    (
        "hits: list of string",
        "hits: FetchInput or object",
        'unknown-type: "FetchInput" and "object" are both an object in JSON (declare a union of both models',
    ),
    (
        "hits: list of string",
        "hits: any or string",
        'unknown-type: "any" cannot be told apart from the other types (use "any" by itself)',
    ),
    ("hits: list of string", "hits: (string", 'unknown-type: "(string" is not a valid type'),
    ("hits: list of string", "hits: string or", 'unknown-type: "string or" is not a valid type'),
    ("hits: list of string", "hits: string or Zebra", 'unknown-type: there is no type "Zebra"'),
    ("kind: {const: fetch}", "kind: {const: 1.5}", None),
    ("max: 500}", "above: 500, max: 500}", 'bad-bounds: no number is between "above" and "max"'),
    (
        "SearchRequest:\n    fields: {prompt: string",
        "SearchRequest:\n    fields: {prompt: str",
        'unknown-type: there is no type "str" (did you mean "string"?)',
    ),
    (
        "limit?: integer}\n  SearchReply",
        "limit?: int}\n  SearchReply",
        'unknown-type: there is no type "int" (did you mean "integer"?)',
    ),
    (
        "action?: Action,",
        "action?: Zebra,",
        'unknown-type: there is no type "Zebra" (declare it in models, enums or unions; built in are string, integer,',
    ),
    (
        "      queued: pending\n",
        "      queued: pending\n      zzz: running\n",
        'unknown-status: "zzz" is not a value of JobStatus (add it to the values of JobStatus)',
    ),
    (
        '{"id": "m1", "status": "completed",',
        '{"status": "completed",',
        'bad-example: $.id is missing (if it is optional, put a "?" after its name)',
    ),
    ("action?: Action,", "action?: Acton,", 'unknown-type: there is no type "Acton" (did you mean "Action"?)'),
    (
        "hits: list of string",
        "hits: 'string[]'",
        'unknown-type: "string[]" is not a valid type (write list of string)',
    ),
    ("hits: list of string", "hits: bytes", 'unknown-type: "bytes" is only for a whole body'),
    ("hits: list of string", f"hits: {'list of ' * 9}string", "unknown-type: this type is nested too deeply"),
    (
        "    result: FetchResult\n    polling",
        "    result: FetchResult or null\n    polling",
        'unknown-type: "or null" is only for fields',
    ),
    (
        "returns: CancelReply",
        "returns: Cancel",
        'unknown-type: there is no type "Cancel" (did you mean "CancelReply"?)',
    ),
    # models
    (
        "    snapshot: FetchJob\n",
        "    snapshot: FetchJbo\n",
        'unknown-model: there is no model "FetchJbo" (did you mean "FetchJob"?)',
    ),
    (
        "    snapshot: FetchJob\n",
        "    snapshot: JobStatus\n",
        'unknown-model: "JobStatus" is an enum, and a model is needed here',
    ),
    ("    is: FetchJob\n", "    is: Action\n", 'unknown-model: "Action" is a union, and a model is needed here'),
    ("{click: Click,", "{click: Clack,", 'unknown-model: there is no model "Clack" (did you mean "Click"?)'),
    ("{flatten: FetchInput}", "{flatten: Input}", 'unknown-model: there is no model "Input"'),
    ("    is: FetchJob\n", "    is: DoneJob\n", 'bad-narrowing: "DoneJob" has "is" itself'),
    (
        "links?: {type: list of string, when: [succeeded, partial]}",
        "links?: list of string",
        'empty-narrowing: no field of "FetchJob" has "when"',
    ),
    (
        "    is: FetchJob\n",
        "    is: FetchJob\n    envelope: data\n",
        'bad-narrowing: a model with "is" has the envelope of "FetchJob" (remove it)',
    ),
    (
        "    snapshot: FetchJob\n",
        "    snapshot: FetchJob\n    failed_result: FetchJob\n",
        'failed-result: the result of the lifecycle "job" has its own address',
    ),
    (
        "    snapshot: FetchJob\n",
        "    snapshot: FetchJob\n    failed_result: bytes\n",
        "bytes-result: the result of a failed job is in its poll reply, which is JSON and cannot hold bytes",
    ),
    (
        "hits: list of string",
        "hits: file",
        'unknown-type: "file", "list of file" and "file or string" are only for a field in the body of a request',
    ),
    (
        "kind: {const: fetch}",
        "kind: {const: fetch}\n        films: map of file",
        'unknown-type: "file", "list of file" and "file or string" are only for a field in the body of a request',
    ),
    (
        "retention: 24h}",
        "retention: 24h, pages: {list: results, query: page, next: after}}",
        'unknown-pointer: FetchResult has no field "after"',
    ),
    (
        "    body: SearchRequest\n    returns: SearchReply\n",
        "    body: object\n    query: {body: string}\n    returns: SearchReply\n",
        'same-name: "body" is body in Python, and so is "body" on line',
    ),
    # secrets
    (
        "{header: X-API-Key, env: ACME_API_KEY}",
        "[{header: X-App, env: A}, {header: X-Key, env: B}]",
        'same-secret: another secret is already called "api_key" (add a name, as in {header: X-App,',
    ),
    (
        "{header: X-API-Key, env: ACME_API_KEY}",
        "[{header: X-App, env: A, name: app}, {header: x-app, env: B}]",
        'same-secret: the secret "app" is already sent in this place',
    ),
    (
        "{header: X-API-Key, env: ACME_API_KEY}",
        "[{basic: password, env: A}, {bearer: true, env: B}]",
        'same-secret: the secret "password" is already sent in this place',
    ),
    (
        "{header: X-API-Key, env: ACME_API_KEY}",
        "{query: key, env: A, name: timeout}",
        'same-secret: every client already has an argument "timeout"',
    ),
    (
        "{header: X-API-Key, env: ACME_API_KEY}",
        '{oauth: {token_url: "https://auth.acme.example/token"}, env: ACME_API_KEY}',
        'bad-type: "env" must be a mapping for OAuth, and text for any other secret',
    ),
    (
        "{header: X-API-Key, env: ACME_API_KEY}",
        '{oauth: {token_url: "https://auth.acme.example/token"}, env: {client_id: A, client_secret: B}, name: x}',
        'no-effect: "name" has no effect: the arguments for OAuth are client_id and client_secret',
    ),
    (
        "{header: X-API-Key, env: ACME_API_KEY}",
        "[{header: X-App, env: A, name: client_id}, "
        '{oauth: {token_url: "https://auth.acme.example/token"}, env: {client_id: A, client_secret: B}}]',
        "same-secret: the arguments client_id and client_secret are taken",
    ),
    (
        "auth: {header: X-API-Key, env: ACME_API_KEY}\n",
        "webhooks: {standard: true, env: A, prefix: x}\n",
        'no-effect: "prefix" has no effect: Standard Webhooks says it already',
    ),
    (
        "auth: {header: X-API-Key, env: ACME_API_KEY}\n",
        "webhooks: {header: X-S, env: A, timestamp: {header: X-T}}\n",
        'no-effect: "timestamp" has no effect: it is not signed, so anybody could change it',
    ),
    (
        "auth: {header: X-API-Key, env: ACME_API_KEY}\n",
        "webhooks: {header: X-S, env: A, tolerance: 1m}\n",
        'no-effect: "tolerance" has no effect without a "timestamp"',
    ),
    # other names
    (
        "    lifecycle: job\n",
        "    lifecycle: jbo\n",
        'unknown-lifecycle: there is no lifecycle "jbo" (did you mean "job"?)',
    ),
    ("{job: fetch, job_id", "{job: fetsh, job_id", 'unknown-job: there is no job "fetsh" (did you mean "fetch"?)'),
    (
        "A job as a poll reports it.\n    source: polling",
        "A job.\n    source: poling",
        'unknown-source: "poling" is not in "sources" (did you mean "polling"?)',
    ),
    # pointers
    (
        "      job_id: job_id\n",
        "      job_id: jobId\n",
        'unknown-pointer: SubmitReply has no field "jobId" (did you mean "job_id"?)',
    ),
    (
        "    status: status\n",
        "    status: result_available\n",
        'missing-state: the statuses "false" and "true" of boolean have no state (map each to a state: pending',
    ),
    (
        "    status: status\n",
        "    status: $.status\n",
        'unknown-pointer: FetchJob has no field "$" (a pointer begins with a key: status)',
    ),
    (
        'poll: {get: "/jobs/{job_id}"',
        "poll: {get: {header: Location, path: /v1/jobs}",
        "path-parameter: a path beside a link has {job_id} in it, and no other name",
    ),
    ("    status: status\n", "    status: credits_used\n", "but it must be text, a whole number or a boolean"),
    (
        "    ready: {",
        "    ends: [{if: trouble, state: failed}]\n    ready: {",
        'unknown-pointer: FetchJob has no field "trouble"',
    ),
    (
        "    ready: {",
        "    ends: [{if: {okay: false}, state: failed}]\n    ready: {",
        'unknown-pointer: FetchJob has no field "okay"',
    ),
    (
        "    status: status\n",
        "    status: state\n",
        'unknown-pointer: FetchJob has no field "state" (did you mean "status"?)',
    ),
    (
        "message: error.message}\n    progress",
        "message: error.mesage}\n    progress",
        'unknown-pointer: ErrorInfo has no field "mesage" (did you mean "message"?)',
    ),
    (
        "message: error.message}\n    progress",
        "message: error}\n    progress",
        'wrong-pointer: "error" is ErrorInfo, but it must be text',
    ),
    (
        "message: error.message}\n    progress",
        "message: result_available}\n    progress",
        'wrong-pointer: "result_available" is boolean, but it must be text or a list of texts',
    ),
    ("credits: credits_used", "credits: id", 'wrong-pointer: "id" is string, but it must be a number'),
    (
        "ready: {result_available: true}",
        "ready: {available: true}",
        'unknown-pointer: FetchJob has no field "available"',
    ),
    (
        "{event: error, message: message}",
        "{event: progress, message: text}",
        'unknown-pointer: ProgressEvent has no field "text"',
    ),
    (
        "items: {list: results,",
        "items: {list: result,",
        'unknown-pointer: FetchResult has no field "result" (did you mean "results"?)',
    ),
    ("error: error}\nlifecycles", "error: reason}\nlifecycles", 'unknown-pointer: Item has no field "reason"'),
    (
        "items: {list: results,",
        "items: {list: meta,",
        'bad-items: "meta" is map of any, but it must be a list of a model',
    ),
    (
        "    result: FetchResult\n    polling",
        "    result: object\n    polling",
        'bad-items: the result must be a model, but "object" is not one',
    ),
    ("    fields: {url: string, status: string, error", "    fields: {url: string, status: JobStatus, error", None),
    ("failed: [failed]", "failed: [failed, faild]", None),
    # links
    ("      job_id: job_id\n", "", "no-job-id: this reply has no job id"),
    ("      returns: SubmitReply\n", "", 'no-job-id: "job_id" is a field of the reply, and "returns" is missing'),
    (
        'poll: {get: "/jobs/{job_id}",',
        "poll: {get: {field: urls.get},",
        'unknown-pointer: SubmitReply of the job "fetch" has no field "urls.get"',
    ),
    (
        'cancel: {post: "/jobs/{job_id}/cancel",',
        "cancel: {post: {field: stop},",
        'unknown-pointer: SubmitReply and FetchJob of the job "fetch" have no field "stop"',
    ),
    (
        'cancel: {post: "/jobs/{job_id}/cancel",',
        "cancel: {post: {field: id, header: Location},",
        "conflicting-keys: use either a header or a field, not both",
    ),
    (
        "      job_id: job_id\n",
        "      job_id: {field: jobId}\n",
        'unknown-pointer: SubmitReply has no field "jobId" (did you mean "job_id"?)',
    ),
    ("202: {job: fetch, job_id: job_id}", "202: {job: fetch}", "no-job-id: this reply has no job id"),
    # where a job is
    (
        "    status: status\n",
        "",
        'no-status: "states" needs "status"',
    ),
    (
        "accepts: [200, 202], rate_limit",
        "accepts: [200, 202], states: {202: running}, rate_limit",
        'conflicting-keys: 202 is in "accepts" too: either it is a state, or the body has the status',
    ),
    (
        "accepts: [200, 202], rate_limit",
        "states: {503: running}, rate_limit",
        "conflicting-keys: 503 is a transient error and cannot be the state of a job",
    ),
    (
        "accepts: [200, 202], rate_limit",
        "accepts: [200, 503], rate_limit",
        "conflicting-keys: 503 is a transient error: the poll is sent again, whatever its body says",
    ),
    (
        "    snapshot: FetchJob\n",
        "",
        'missing-snapshot: "status" of the lifecycle points into the poll reply, and this job has no "snapshot"',
    ),
    # states
    ("      cancelled: cancelled\n", "", 'missing-state: the status "cancelled" of JobStatus has no state'),
    (
        "      cancelled: cancelled\n",
        "      cancelled: cancelled\n      gone: failed\n",
        'unknown-status: "gone" is not a value of JobStatus',
    ),
    (
        "      queued: [running, cancelled]\n",
        "      queud: [running, cancelled]\n",
        'unknown-status: the status "queud" has no state (did you mean "queued"?)',
    ),
    (
        "[completed, partial, failed, cancelled]",
        "[complete, partial]",
        'unknown-status: the status "complete" has no state (did you mean "completed"?)',
    ),
    (
        "      queued: [running, cancelled]\n",
        "      queued: [running, cancelled]\n      failed: [running]\n",
        'final-transition: "failed" is failed, which is final',
    ),
    (
        "      queued: [running, cancelled]\n",
        "      queued: [queued]\n",
        'never-ends: no transition leads from "queued" to a final status',
    ),
    # paths and parameters
    (
        "    path: {id: string}\n",
        "",
        "path-parameter: {id} is not declared (add path: {id: string})",
    ),
    (
        "    path: {id: string}\n",
        "    path: {id: string, ib: string}\n",
        'path-parameter: "ib" is not in the path (did you mean "id"?)',
    ),
    (
        '{get: "/jobs/{job_id}", accepts',
        '{get: "/jobs/{id}", accepts',
        "path-parameter: {id} is neither a required argument of the submit nor a text in the replies (use {job_id}",
    ),
    (
        '{get: "/jobs/{job_id}", accepts',
        "{get: /jobs, accepts",
        "path-parameter: nothing says which job this is about (use {job_id} in the path, or",
    ),
    (
        '{get: "/jobs/{job_id}", accepts',
        '{get: "/jobs/{job_id}/{job_id}", accepts',
        "path-parameter: {job_id} appears twice here",
    ),
    (
        "{limit?: integer, kind: {const: x}}",
        "{limit?: Webhook}",
        'parameter-type: "limit" has a type that cannot be sent in a query',
    ),
    ("{limit?: integer, kind: {const: x}}", "{limit: integer or null}", 'parameter-type: "limit" cannot be null here'),
    (
        "{X-Trace?: string}",
        "{X-Trace?: list of string}",
        'parameter-type: "X-Trace" has a type that cannot be sent in a header',
    ),
    (
        "    path: {id: string}\n",
        "    path: {id: {const: x}}\n",
        'parameter-type: "id" is a constant: write it into the path itself',
    ),
    # names
    (
        "fields: {ok: boolean}",
        "fields: {jobId: string, job_id: string}",
        'same-name: "job_id" is job_id in Python, and so is "jobId" on line',
    ),
    (
        "fields: {ok: boolean}",
        "fields: {2fa: boolean}",
        'bad-name: no Python name can be made from "2fa" (choose a Python name, as in {..., name:',
    ),
    (
        "fields: {ok: boolean}",
        "fields: {ok: {type: boolean, name: import}}",
        'bad-name: "import" is not a valid Python name',
    ),
    (
        "fields: {ok: boolean}",
        "fields: {ok: {type: boolean, name: list}}",
        'bad-name: "list" cannot be the name of a field',
    ),
    ("      queued: It waits.\n", "      queued: It waits.\n      Queued: It waits.\n", None),
    (
        "      webhook?: Webhook\n",
        "      webhook?: Webhook\n        url?: string\n",
        'same-name: "url" is url in Python, and so is "url" on line',
    ),
    (
        "    query: {limit?: integer",
        "    query: {ID?: integer",
        'same-name: "ID" is id in Python, and so is "id" on line',
    ),
    (
        "  CancelReply:\n",
        "  JobFailed: {fields: {}}\n  CancelReply:\n",
        'same-name: "JobFailed": every package has a class of that name',
    ),
    ("  CancelReply:\n", "  Acme: {fields: {}}\n  CancelReply:\n", 'same-name: "Acme": the client has that name'),
    ("  CancelReply:\n", "  FetchBody: {fields: {}}\n  CancelReply:\n", 'same-name: "FetchBody": line'),
    ("  CancelReply:\n", "  OtherAction: {fields: {}}\n  CancelReply:\n", 'same-name: "OtherAction": line'),
    ("  CancelReply:\n", "  Action: {fields: {}}\n  CancelReply:\n", 'same-name: "Action": line'),
    ("class: Acme", "class: JobError", 'same-name: "JobError": every package has a class of that name'),
    ("name: acme", "name: import", 'bad-name: "import" is not a valid Python name'),
    ("  search:\n", "  fetch:\n", 'same-name: "fetch" on line'),
    ("  search:\n", "  close:\n", 'same-name: every client already has an attribute "close"'),
    ("  search:\n", "  jobs:\n", 'same-name: every client already has an attribute "jobs"'),
    ("  search:\n", "  import:\n", 'bad-name: "import" is a reserved word of Python'),
    ("  search:\n", "  none:\n", 'bad-name: "none" is a reserved word of Python'),
    # kept
    ("retention: 24h", "retention: 0h", 'bad-range: "0h" is zero'),
    # values
    ("default: 10", 'default: "10"', "bad-default: default is text, not a whole number"),
    (
        "kind: {const: fetch}",
        "kind: {const: [fetch]}",
        'bad-const: "const" must be text, a number, true, false or null',
    ),
    ("kind: {const: fetch}", "kind: {const: fetch, type: integer}", "bad-const: const is text, not a whole number"),
    (
        "kind: {const: fetch}",
        "kind: {const: fetch, default: fetch}",
        'conflicting-keys: "const" and "default" cannot be used together',
    ),
    ("min: 1, max: 500", "min: 1000, max: 500", 'bad-bounds: "min" is greater than "max"'),
    ("max_length: 2000", "max: 2000", 'bad-bounds: "max" is for numbers, but this field is string'),
    ("max_length: 2000", 'pattern: "["', "bad-bounds: this is not a regular expression that Python accepts"),
    (
        "input: {flatten",
        "input?: {flatten",
        'bad-flatten: "input" is flattened, so it cannot be optional (remove the "?")',
    ),
    ("{flatten: FetchInput}", "{flatten: FetchInput, default: {}}", None),
    # examples
    (
        '{"id": "m1", "status": "completed", "result_available": true, "links": [], "extra": 1}',
        '{"data": {"id": "m1", "status": "completed"}, "extra": 1}',
        'bad-example: $ has no field of FetchJob, but $.data has: add "envelope: data" to the model',
    ),
    ('"id": "m1"', '"id": 5', "bad-example: $.id is the number 5, not text"),
    ('"links": []', '"links": ["a", null]', "bad-example: $.links[1] is null, not text"),
    ('"id": "m1", ', "", "bad-example: $.id is missing"),
    ('"id": "m1"', '"id": null', "bad-example: $.id is null, not string"),
    ('"links": []', '"links": [], "progress": null', None),
    ('"links": []', '"links": [], "progress": {"completed": 1, "total": null}', None),
    (
        '"links": []',
        '"progress": {"completed": 1.5, "total": 2}',
        "bad-example: $.progress.completed is the number 1.5, not a whole number",
    ),
    ('"links": []', '"links": [], "credits_used": 2.5', None),
    ('"links": []', '"credits_used": true', "bad-example: $.credits_used is true, not a number"),
    ('"status": "completed"', '"status": "something new"', None),
    ('"status": "completed"', '"status": 1', "bad-example: $.status is the number 1, not the text of a JobStatus"),
    ('"id": "m1"', '"id": m1', "bad-example: this is not JSON: Expecting value, in line 1, column 8 of the example"),
    ('"extra": 1}', '"extra": NaN}', "bad-example: this JSON cannot be read: NaN is not JSON"),
    ('"extra": 1}', '"extra": 1e999}', "bad-example: this JSON cannot be read:"),
    ('"extra": 1}', f'"extra": {"[" * 100_000}}}', "bad-example: this JSON is nested too deeply"),
    ('"extra": 1}', '"extra": "\\ud800"}', "bad-example: this is not JSON: it has half of a surrogate pair"),
    ('\'{"prompt": "x"}\'', "'{}'", "bad-example: $.prompt is missing"),
    ('\'{"prompt": "x"}\'', "'[]'", "bad-example: $ is a list, not an object like SearchRequest"),
    # polling
    ("interval: 2s..5s", "interval: 5s..2s", 'bad-range: "5s..2s" has the longer time first'),
    (
        "min_interval: 1s",
        "min_interval: 3s",
        'interval-below-minimum: the interval "2s..5s" starts below min_interval, 3s',
    ),
    (
        "interval: 15s..30s",
        "interval: 100ms..30s",
        'interval-below-minimum: the interval "100ms..30s" starts below min_interval, 1s',
    ),
    ("timeout: 5m", "timeout: 0s", 'bad-range: "0s" is zero'),
    ("timeout: 90s", "timeout: 0s", 'bad-range: "0s" is zero'),
    # unions, streams, replies
    ("write: Write}", "write: Click}", 'bad-variant: "Click" is already the variant "click" of this union'),
    (
        "fields: {selector: string}",
        "fields: {selector: string, type: {const: press}}",
        'bad-variant: the field "type" of "Click" is never "click"',
    ),
    (
        "fields: {selector: string}",
        "fields: {selector: string, type?: string}",
        'bad-variant: the field "type" of "Click" is never "click"',
    ),
    (
        "complete: CompleteEvent}",
        "complete: ProgressEvent}",
        None,
    ),
    ("last: complete", "last: compete", 'unknown-event: there is no event "compete" (did you mean "complete"?)'),
    (
        "    stream:\n",
        "    returns: SearchReply\n    stream:\n",
        'conflicting-keys: "stream" and "returns" cannot be used together',
    ),
    (
        "{200: SearchReply,",
        "{201: {job: fetch, job_id: job_id},",
        "several-jobs: the reply with status 201 already is a job",
    ),
    (
        "fields: {completed: integer,",
        "fields: {more: Progress, completed: integer,",
        'endless-model: every "Progress" needs a "Progress" inside',
    ),
    ("fields: {completed: integer,", "fields: {more?: Progress, completed: integer,", None),
    ("fields: {completed: integer,", "fields: {more: list of Progress, completed: integer,", None),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES, ids=[case[1].strip()[:40] for case in CASES])
def test_findings(old: str, new: str, expected: str | None) -> None:
    """A rule reports its own problem with a suggestion, and nothing else."""
    found = [said(problem) for problem in linted(changed((old, new)))]

    if expected is None:
        assert all(" bad-example" not in problem for problem in found)
    else:
        assert any(expected in problem for problem in found), found


def test_a_key_may_be_in_json_of_any_name() -> None:
    """A media type that is based on JSON is one, also without `+json` at its end."""
    key = "headers: {Content-Type: {const: application/x-acme-json-1.1}}\n      idempotency_key: {field: token}"

    assert linted(changed(("idempotency_key: Idempotency-Key", key))) == []


@pytest.mark.parametrize(
    ("result", "is_fine"),
    [
        *((name, True) for name in ("FetchJob", "DoneJob", "object", "map of any")),
        *((name, False) for name in ("string", "integer", "list of Item", "JobStatus", "any", "map of string")),
    ],
)
@pytest.mark.parametrize("key", ["result", "failed_result"])
def test_a_poll_reply_that_is_the_result(key: str, result: str, is_fine: bool) -> None:
    """Without `result` in the lifecycle, the result is an object, as the poll reply is."""
    at = next(line for line in TEXT.splitlines(keepends=True) if line.startswith("    result: {get:"))
    types = {"result": "DoneJob", key: result}
    keys = "".join(f"    {key}: {type_}\n" for key, type_ in types.items())
    items = next(line for line in TEXT.splitlines(keepends=True) if line.startswith("    items:"))
    found = linted(changed((at, ""), ("    result: FetchResult\n    polling", f"{keys}    polling"), (items, "")))
    wrong = [said(problem).partition(" ")[2] for problem in found if problem.severity == "error"]

    help_ = "use DoneJob, or point to a field of the reply in the lifecycle, as in result: {field: output}"
    message = f"wrong-result: this cannot be {result}: it is the whole poll reply, which is FetchJob ({help_})"
    assert wrong == ([] if is_fine else [message])


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ('"status": "completed", "result_available": true', "bad-example: $.links is missing in the state succeeded"),
        ('"status": "partial", "result_available": true, "links": null', "bad-example: $.links is null in the state"),
        (
            '"status": "complete", "result_available": true',
            'example-status: $.status is "complete", which has no state',
        ),
        ('"status": "completed", "result_available": false', ""),  # not ready yet
        ('"status": "queued", "result_available": false', ""),
        ('"status": "completed", "result_available": true, "links": []', ""),
    ],
)
def test_examples_in_their_states(reply: str, expected: str) -> None:
    """An example of a poll reply has a status with a state, and the fields that the spec promises in that state."""
    old = '{"id": "m1", "status": "completed", "result_available": true, "links": [], "extra": 1}'
    found = [said(problem).partition(" ")[2] for problem in linted(changed((old, f'{{"id": "m1", {reply}}}')))]

    assert len(found) == bool(expected)
    assert all(problem.startswith(expected) for problem in found), found


def test_places() -> None:
    """A finding has the place of its value or key."""
    text = changed(
        ("    snapshot: FetchJob\n", "    snapshot: FetchJbo\n"), ("      queued: [running", "      queud: [running")
    )
    spots = [(found.place.line, found.place.column) for found in linted(text)]
    lines = text.split("\n")

    assert [lines[line - 1][column - 1 :].split(":")[0].strip() for line, column in spots] == ["FetchJbo", "queud"]


def test_a_lifecycle_without_an_end() -> None:
    """A lifecycle needs a final status, and one that means success."""
    endless = "      completed: succeeded\n      partial: partial\n      failed: failed\n      cancelled: cancelled\n"
    enums = TEXT[TEXT.index("      completed: It is") : TEXT.index("models:\n")]
    transitions = TEXT[TEXT.index("    transitions:\n") : TEXT.index("    ready:")]
    common = (
        (enums, "      failed: It has failed.\n"),
        (transitions, ""),
        ('"status": "completed"', '"status": "failed"'),
    )

    never = changed((endless, "      failed: failed\n"), *common)
    assert ["never-succeeds"] == [found.code for found in linted(never)]
    ends = never.replace("      failed: failed\n", "      failed: running\n")
    assert ["never-ends"] == [found.code for found in linted(ends)]


def test_jobs_that_share_a_lifecycle() -> None:
    """A pointer must exist for each job of a lifecycle; jobs without it are listed together."""
    start, end = TEXT.index("  fetch:\n    description"), TEXT.index("lifecycles:\n")
    job = TEXT[start:end]
    others = "".join(
        job.replace("  fetch:", f"  {name.lower()}:").replace("FetchJob", f"{name}Job") for name in ("Map", "Crawl")
    )
    models = "".join(f"  {name}Job: {{fields: {{id: string, state: string}}}}\n" for name in ("Map", "Crawl"))
    text = (TEXT[:end] + others + TEXT[end:]).replace("unions:\n", models + "unions:\n")
    found = [problem.message for problem in linted(text) if problem.code == "unknown-pointer"]

    assert 'CrawlJob, MapJob have no field "status"' in found


def test_jobs_of_a_lifecycle_agree_on_names() -> None:
    """The Python names along its pointers are the same."""
    start, end = TEXT.index("  fetch:\n    description"), TEXT.index("lifecycles:\n")
    other = (
        TEXT[start:end]
        .replace("  fetch:", "  crawl:")
        .replace("FetchJob", "CrawlJob")
        .replace("post: /jobs", "post: /crawls")
    )
    model = (
        TEXT[TEXT.index("  FetchJob:\n") : TEXT.index("  DoneJob:")]
        .replace("FetchJob", "CrawlJob")
        .replace("post: /jobs", "post: /crawls")
    )
    model = model.replace("      credits_used?: number", "      credits_used?: {type: number, name: cost}")
    text = (TEXT[:end] + other + TEXT[end:]).replace("  DoneJob:", model + "  DoneJob:")
    found = [problem.message for problem in linted(text)]

    assert len(found) == 1
    assert found[0].startswith('"credits_used" is called cost here and credits_used on line')


def test_warnings_do_not_prevent_a_package() -> None:
    """They are reported, and the spec still has a meaning."""
    text = changed(("links?: {type: list of string, when: [succeeded, partial]}", "links?: list of string"))

    assert [found.severity for found in linted(text)] == ["warning"]
    assert read_spec(FILE, text).model("DoneJob").narrowed == ()


@pytest.mark.parametrize(
    ("fetch", "crawl", "is_fine"),
    [
        ("kind: {const: fetch}", "kind: {const: crawl}", True),
        ("kind: {const: 1}", "kind: {const: true}", True),
        ("kind: {const: fetch}", "kind: {const: fetch}", False),
        ("kind: {const: fetch}", "sort: {const: crawl}", False),
        ("kind: {const: fetch}", "url: string", False),
        ("input: {flatten: A}", "input: {flatten: B}", True),
        ("input: {flatten: A}", "input: {flatten: A}", False),
    ],
)
def test_submits_at_one_address(fetch: str, crawl: str, is_fine: bool) -> None:
    """Two requests with one method and path are valid if a constant in their bodies differs."""
    text = (
        "bide: 1\nname: acme\ntitle: Acme\nclass: Acme\ndescription: Fetches.\ndocs: https://acme.example\n"
        "base_url: https://acme.example\n"
        "models:\n  A: {fields: {kind: {const: a}}}\n  B: {fields: {kind: {const: b}}}\n"
        f"operations:\n  fetch: {{post: /jobs, body: {{{fetch}}}}}\n  crawl: {{post: /jobs, body: {{{crawl}}}}}\n"
    )

    assert ("same-address" in {problem.code for problem in linted(text)}) is not is_fine


@pytest.mark.parametrize(
    ("query", "is_fine"),
    [("{sort?: string}", True), ("{externalId?: string}", True), ("{externalId?: string, sort?: string}", False)],
)
def test_an_operation_at_the_address_of_find(query: str, is_fine: bool) -> None:
    """It is valid if the query of `find` has a name that the operation does not take."""
    text = (Path(__file__).parents[1] / "providers" / "beacon" / "spec.yaml").read_text("utf-8")
    assert "query: {sort?: {type: string, description: An order.}}" in text
    text = text.replace("query: {sort?: {type: string, description: An order.}}", f"query: {query}")

    assert ("same-address" in {problem.code for problem in linted(text)}) is not is_fine


PAGES = "gone: [404, 410], retention: 24h}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *((PAGES, f"gone: [404, 410], retention: 24h, pages: {pages}}}") for pages in (
            "{list: results, next: {field: meta.next}}",
            "{list: results, next: {header: Link}}",
            "{list: results, next: {header: X-Next}, query: cursor}",
            "{list: results, offset: skip}",
        )),
        (STREAM, "events: ProgressEvent\n      last: {data: '[DONE]'}\n      error: {message: message}"),
        (STREAM, "lines: Action"),
        (STREAM, "events: Action\n      last: [click, write]"),
        ("rate_limit: 60/min\n    examples", "rate_limit: 20000/5min\n    examples"),
        ("not_found_grace: 10s", "initial_delay: 5s"),
        ("      job_id: job_id\n      idempotency_key", "      job_id: {argument: url}\n      idempotency_key"),
        ("base_url: https://api.acme.example/v1", "query: {api-version: '1'}\nbase_url: https://api.acme.example/v1/"),
    ],
)  # fmt: skip
def test_what_is_fine(old: str, new: str) -> None:
    """Nothing is reported but models that are no longer used."""
    assert [said(each) for each in linted(changed((old, new))) if each.code != "unused-model"] == []


def test_an_example_of_a_union_without_discriminator() -> None:
    """The missing discriminator is reported, and the examples that need it are no cause of a crash."""
    example = """    examples:
      - title: One
        json: |
          {"results": [], "action": {"type": "click", "selector": "a"}, "meta": {}}
  Click:
"""
    text = TEXT.replace("  Click:\n", example, 1)

    found = examined(FILE, text.replace("    discriminator: type\n", ""))

    assert linted(text) == []
    assert any("discriminator" in problem.message for problem in found.problems)


def test_an_empty_narrowing_of_what_is_around_the_job() -> None:
    """The help names the envelope: the model of the whole object has none of the fields of the job."""
    whole = (
        "  Reply: {fields: {success: boolean, data: FetchJob}}\n  DoneReply: {is: Reply, when: succeeded}\n  Click:\n"
    )

    [warning] = [each for each in linted(changed(("  Click:\n", whole))) if each.code == "empty-narrowing"]

    assert (
        'if the fields of the job are in "data", write `envelope: data` in the model "FetchJob", and use "FetchJob" in'
        ' place of "Reply"'
    ) == warning.help


def test_a_failure_may_be_shown_by_the_result() -> None:
    """An HTTP status of the result's own address means that the job failed, so no status of a poll has to."""
    text = (BAD_SPECS / "never-fails" / "spec.yaml").read_text("utf-8")
    result = '    result: {get: "/jobs/{job_id}/result", failed: [422]}\n'

    assert [one.code for one in examined(FILE, text).problems] == ["never-fails"]
    assert examined(FILE, text + result).problems == []


def test_an_unknown_key_says_what_is_allowed() -> None:
    """The first of the keys, if nothing is like it and there are too many to list."""
    (problem,) = examined(FILE, changed(("gone: [404, 410], retention: 24h}", "gone: [404, 410], why: x}"))).problems

    assert problem.code == "unknown-key"
    assert problem.help.startswith("allowed here: post, put, patch, delete")
    assert problem.help.endswith(" more")
