"""Who is tried: the official SDKs, the loops that the providers' pages print, and the clients that Bide generates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scripts import Script, Trait

_PAGE = "https://example.com/"
_PAGES = [f"{_PAGE}{number}" for number in (1, 2, 3)]

_ANAKIN = frozenset({Trait.SUBMIT, Trait.PARTS})
_SCRAPIO = frozenset({Trait.SUBMIT, Trait.PARTS, Trait.CANCELLED, Trait.RESULT_ADDRESS})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Client:
    """One way to wait for a job."""

    name: str
    provider: str
    job: str
    """The job that it runs, as the spec calls it."""
    batch: str = ""
    """The job that stands for a batch; empty: the same."""
    module: str
    """A module of `caller`."""
    acts: Mapping[str, str] = field(default_factory=dict)
    """Which function of that module does what a script wants; by default the one of the same name."""
    arguments: Mapping[str, object]
    """What `run` sends."""
    batch_arguments: Mapping[str, object] = field(default_factory=dict)
    traits: frozenset[Trait]
    only: frozenset[str] = frozenset()
    """The scripts that it is tried on; none: all that its traits allow."""
    prefix: str = ""
    """What follows the base URL of the spec in the base URL of this client."""
    needs: str = ""
    """The distribution that it is. Empty: the client is ours, or a loop that needs `requests` alone."""
    is_ours: bool = False
    reason: str
    """Words of what the provider says when this job fails."""
    about: str = ""
    """What a reader has to know of how it is run."""

    def takes(self, script: Script) -> bool:
        """Whether a script makes sense for it."""
        return script.needs <= self.traits and (not self.only or script.name in self.only)

    def function(self, script: Script) -> str:
        return self.acts.get(script.does, script.does)

    def job_of(self, script: Script) -> str:
        return self.batch or self.job if script.does == "batch" else self.job

    def arguments_of(self, script: Script) -> Mapping[str, object]:
        return self.batch_arguments or self.arguments if script.does == "batch" else self.arguments


_SCRAPE = {"url": _PAGE}
_SCRAPES = {"urls": _PAGES}
_TASK = {"action_id": "li_profile_scrape"}
_FETCH = {"url": _PAGE, "output": ["markdown"]}


CLIENTS = (
    Client(
        name="anakin-sdk",
        needs="anakin-sdk",
        about="`Anakin(...).scrape(...)` and `.scrape_batch(...)` with `poll_timeout`; its pauses grow.",
        provider="anakin",
        job="url_scraper",
        reason="told to fail this job",
        batch="url_scraper_batch",
        module="official_anakin",
        arguments=_SCRAPE,
        batch_arguments=_SCRAPES,
        traits=_ANAKIN,
    ),
    Client(
        name="loop of Polling Jobs",
        about="the function on Anakin's page *Polling Jobs*, on a scrape. The page shows no submit: it gets the id.",
        provider="anakin",
        job="url_scraper",
        reason="told to fail this job",
        batch="url_scraper_batch",
        module="printed",
        acts={"run": "polling_jobs", "batch": "polling_jobs_batch"},
        arguments=_SCRAPE,
        batch_arguments=_SCRAPES,
        traits=_ANAKIN - {Trait.SUBMIT},
    ),
    Client(
        name="anakin-client",
        is_ours=True,
        about="`client.url_scraper.run(...)` and `client.url_scraper_batch.run(...)`.",
        provider="anakin",
        job="url_scraper",
        reason="told to fail this job",
        batch="url_scraper_batch",
        module="ours",
        arguments=_SCRAPE,
        batch_arguments=_SCRAPES,
        traits=_ANAKIN,
    ),
    Client(
        name="loop of Holocron",
        about="the Python on Anakin's page *Get Job Status* of Holocron. It gets the id, and has no timeout to set.",
        provider="anakin",
        job="holocron",
        reason="target page could not be loaded",
        module="printed",
        acts={"run": "holocron"},
        arguments=_TASK,
        traits=frozenset(),
    ),
    Client(
        name="anakin-client, Holocron",
        is_ours=True,
        about="`client.holocron.run(...)`.",
        provider="anakin",
        job="holocron",
        reason="target page could not be loaded",
        module="ours",
        arguments=_TASK,
        traits=frozenset({Trait.SUBMIT}),
    ),
    Client(
        name="scrapio-py",
        needs="scrapio-py",
        about="`jobs.create(...)`, then `jobs.wait_for_completion(...)`.",
        provider="scrapio",
        job="fetch",
        reason="told to fail this job",
        module="official_scrapio",
        arguments=_FETCH,
        traits=_SCRAPIO,
        only=frozenset({"happy path", "lost submit reply"}),
    ),
    Client(
        name="scrapio-py, its wait alone",
        needs="scrapio-py",
        about="`jobs.wait_for_completion(...)` on a job made by a plain POST, since `jobs.create` raises.",
        provider="scrapio",
        job="fetch",
        reason="told to fail this job",
        module="official_scrapio",
        acts={"run": "wait", "batch": "wait"},
        arguments=_FETCH,
        traits=_SCRAPIO - {Trait.SUBMIT},
    ),
    Client(
        name="loop of Async Jobs",
        about="the Python on Scrapio's page *Async Jobs*: submit, poll, result. It has no timeout to set.",
        provider="scrapio",
        job="fetch",
        reason="told to fail this job",
        module="printed",
        acts={"run": "async_jobs", "batch": "async_jobs"},
        arguments=_FETCH,
        traits=_SCRAPIO,
    ),
    Client(
        name="scrapio-client",
        is_ours=True,
        about="`client.fetch.run(...)`.",
        provider="scrapio",
        job="fetch",
        reason="told to fail this job",
        module="ours",
        acts={"batch": "run"},
        arguments=_FETCH,
        traits=_SCRAPIO,
    ),
    Client(
        name="knowledgesdk, as installed",
        needs="knowledgesdk",
        about="`extract.run_async(...)`, then `jobs.poll(...)`, where the base URL has another host and nothing else.",
        provider="knowledgesdk",
        job="extract",
        reason="Connection timeout after 30s",
        module="official_knowledgesdk",
        arguments=_SCRAPE,
        traits=frozenset({Trait.SUBMIT}),
        only=frozenset({"happy path"}),
    ),
    Client(
        name="knowledgesdk",
        needs="knowledgesdk",
        about="the same with `/v1` at the end of `base_url`, so that it finds the paths of the page.",
        provider="knowledgesdk",
        job="extract",
        reason="Connection timeout after 30s",
        module="official_knowledgesdk",
        arguments=_SCRAPE,
        traits=frozenset({Trait.SUBMIT}),
        prefix="/v1",
    ),
    Client(
        name="knowledgesdk-client",
        is_ours=True,
        about="`client.extract.run(...)`.",
        provider="knowledgesdk",
        job="extract",
        reason="Connection timeout after 30s",
        module="ours",
        arguments=_SCRAPE,
        traits=frozenset({Trait.SUBMIT}),
    ),
)
