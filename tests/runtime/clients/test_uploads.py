"""Submits with files that are read while they are sent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.http.file_body import FileBody
from bide_runtime.jobs.errors import SubmitUncertain
from bide_runtime.models.file import as_file
from bide_runtime.steps.submission_json import MAX_BODY
from bide_runtime.testing.fake.transport import Reply, Sent
from msgspec.structs import replace

from tests.runtime.acme import APART, PART, order
from tests.runtime.fakes import cut_off, unreachable
from tests.runtime.world import DONE, TICKET, World, error, served

Make = Any
CONTENT = b"film\x00" * 99


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "film.mp4"
    found.write_bytes(CONTENT)
    return found


def prepared(w: World, of: Any, path: Path) -> Any:
    """A submission whose body is the file."""
    submission = w.jobs(of).prepare(url="u")
    return replace(submission, call=replace(submission.call, body=as_file(path, "film").body))


@pytest.mark.parametrize(
    ("of", "reply"),
    [
        (APART, cut_off()),
        (APART, error(503)),
        (PART, unreachable()),
        (PART, error(429)),
    ],
    ids=["lost with a key", "503 with a key", "unreachable", "429"],
)
def test_each_attempt_sends_the_whole_file(world: Make, path: Path, of: Any, reply: Reply) -> None:
    """With an idempotency key, or if the one before certainly did not arrive."""
    w = world(served(submit=[reply, reply, TICKET]))

    assert "j1" == w.do(w.jobs(of).send(prepared(w, of, path))).id
    assert [CONTENT] * 3 == [sent.request.body for sent in w.sent]


@pytest.mark.parametrize(
    ("of", "reply", "kind"),
    [(APART, cut_off(), SubmitUncertain), (PART, unreachable(), InvalidArgument)],
    ids=["may have arrived", "did not arrive"],
)
def test_a_file_that_changes_between_attempts_ends_the_submit(
    world: Make, path: Path, of: Any, reply: Reply, kind: type[Exception]
) -> None:
    """The error names argument and path, and says whether a job may exist. It is not tried again."""

    def answer(sent: Sent) -> Reply:
        os.truncate(path, 3)
        return reply

    w = world(answer)
    with pytest.raises(kind, match=f"film: {path}: it has 3 bytes now, and had 495 when the call was made") as caught:
        w.do(w.jobs(of).send(prepared(w, of, path)))

    assert 1 == len(w.sent)
    assert isinstance(caught.value, InvalidArgument) or isinstance(caught.value.__cause__, InvalidArgument)


def test_progress_shows_how_much_was_sent(
    world: Make, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a job that is run with `progress=True`, before the line shows its status."""

    def film(*args: Any, **kwargs: Any) -> Any:
        submission = order(*args, **kwargs)
        return replace(submission, call=replace(submission.call, body=as_file(path, "film").body))

    monkeypatch.setattr("tests.runtime.acme.order", film)
    monkeypatch.setattr("bide_runtime.clients.progress._is_terminal", lambda: False)
    monkeypatch.setattr("bide_runtime.clients.progress.Lines.update", shown)
    w = world(served(submit=[TICKET], polls=[DONE]))
    w.do(w.jobs(PART).run(url="u", progress=True))

    assert [CONTENT] == [sent.request.body for sent in w.sent[:1]]
    assert ["part 495 of 495 bytes (495 of 495)", "part done (1.0 of 1.0)"] == capsys.readouterr().out.splitlines()


def shown(self: Any, task: Any, *, description: str, total: float | None, completed: float) -> None:
    """Print each update of a progress line."""
    print(f"{description} ({completed} of {total})")


def test_extra_fields_need_another_body_than_a_file(world: Make, path: Path) -> None:
    """A file is sent as it is."""
    w = world(served(submit=[TICKET]))
    view = w.client.with_options(extra_body={"more": 1})
    with pytest.raises(InvalidArgument, match="extra_body needs a body that is a JSON object"):
        w.do((view.jobs(PART)).send(prepared(w, PART, path)))

    assert [] == w.sent


def test_a_stored_submission_has_the_content_of_its_files(world: Make, path: Path) -> None:
    """Another process, perhaps on another machine, sends it. One that is too large is not read."""
    w = world(served(submit=[TICKET]))
    submission, jobs = prepared(w, PART, path), w.jobs(PART)
    assert isinstance(submission.call.body, FileBody)

    text = jobs.submission_to_json(submission)
    path.unlink()
    w.do(jobs.send(jobs.submission_from_json(text)))
    assert [CONTENT] == [sent.request.body for sent in w.sent]

    path.touch()
    os.truncate(path, MAX_BODY + 1)
    with pytest.raises(InvalidArgument, match=f"the body of this submission has {MAX_BODY + 1} bytes"):
        jobs.submission_to_json(prepared(w, PART, path))


def test_a_fake_has_the_content_of_the_moment(world: Make, path: Path) -> None:
    """Tests see what a provider would have got, also if the file is gone by then."""
    w = world(served(submit=[TICKET]))
    w.do(w.jobs(PART).send(prepared(w, PART, path)))
    path.unlink()

    assert CONTENT == w.sent[0].request.body == w.sent[0].body == w.sent[0].json
