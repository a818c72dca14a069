"""Elasticsearch, async search."""

from typing import Any

from evidence.unseen.caller import Caller
from evidence.unseen.checks.check import Api
from evidence.unseen.servers import elasticsearch as server

API = Api("elasticsearch", "Elasticsearch", server.Provider, "", {"api_key": "VnVhQ2ZHY0JDZGJr"})

QUERY = {"match_all": {}}


def _search(a: Caller, index: str = "sales", wait: str | None = "0ms") -> Any:
    return a.client.search.run(index=index, query=QUERY, wait_for_completion_timeout=wait)


@API.check(
    part="each result is kept and has an id (`keep_on_completion: true`). Language: a 200 that is a result or a job, "
    "told apart by its body"
)
def quick_search_needs_no_poll(a: Caller) -> None:
    """A search that ends within the wait of the submit needs no poll and no id."""
    assert a.do(_search(a, wait=None)).hits.total.value == 456433
    assert a.sent("GET") == 0


@API.check()
def search_is_polled(a: Caller) -> None:
    """With a wait of 0 ms, `run()` polls until the search is over."""
    assert a.do(_search(a)).hits.total.value == 456433
    assert a.sent("GET") >= 1


@API.check()
def server_holds_the_poll(a: Caller) -> None:
    """The wait of a poll is the server's: with 5 s, one GET is enough."""
    assert a.do(_search(a, "slow")).hits.total.value == 456433
    assert a.sent("GET") == 1


@API.check()
def running_search_is_not_final(a: Caller) -> None:
    """Partial results of a running search are never returned as final."""
    total = a.do(_search(a, "slow", "100ms")).hits.total
    assert (total.value, total.relation) == (456433, "eq")


@API.check()
def failed_shards_are_told(a: Caller) -> None:
    """A search that ends on some shards only is told from a good one."""
    job = a.do(a.client.search.submit(index="partial", query=QUERY, wait_for_completion_timeout="0ms"))
    assert a.do(job.wait()).shards.failed == 112
    assert job.state == "partial"


@API.check(
    part="not with 503: the wait runs into its deadline. Language: a 503 is a transient error whatever its body says"
)
def failed_search_is_told(a: Caller) -> None:
    """A search that fails raises `search_phase_execution_exception`, at the submit and at a poll, also with 503."""
    assert a.error(lambda: _search(a, "broken", None)).code == "search_phase_execution_exception"
    assert a.error(lambda: _search(a, "broken")).code == "search_phase_execution_exception"
    a.play.outcome = "failed-503"
    run = a.client.search.run
    error = a.error(lambda: run(index="sales", query=QUERY, wait_for_completion_timeout="0ms", timeout=40))
    assert isinstance(error, a.package.JobTimeout)
    assert error.transient_error.code == "search_phase_execution_exception"


@API.check()
def cancel_deletes(a: Caller) -> None:
    """`cancel()` sends DELETE; a get after that raises 404; an id with `=` in it survives the path."""
    job = a.do(a.client.search.submit(index="slow", query=QUERY, wait_for_completion_timeout="0ms"))
    assert job.id.endswith("=")
    a.do(job.cancel())
    assert [seen.status for seen in a.stage.seen if seen.method == "DELETE"] == [200]
    error = a.error(lambda: a.client.search.get(job.id))
    assert (error.status, error.code) == (404, "resource_not_found_exception")


@API.check()
def errors_pass(a: Caller) -> None:
    """A 429 at the submit and a 503 at a poll are tried again."""
    a.play.faults = ["429@submit", "503@poll"]
    assert a.do(_search(a)).hits.total.value == 456433
    assert a.play.faults == []


@API.check()
def missing_index_is_an_error(a: Caller) -> None:
    """A missing index raises 404 `index_not_found_exception` at the submit."""
    error = a.error(lambda: _search(a, "missing"))
    assert (error.status, error.code) == (404, "index_not_found_exception")


@API.check()
def wrong_key_is_an_error(a: Caller) -> None:
    """A wrong key raises an authentication error (401, `security_exception`); without one, nothing is sent."""
    assert isinstance(a.error(lambda: a.another(api_key=None)), a.package.ConfigurationError)
    client = a.another(api_key="bad")
    error = a.error(lambda: client.status(id="x"))
    assert isinstance(error, a.package.AuthenticationError)
    assert error.code == "security_exception"
