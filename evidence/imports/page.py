"""docs/imports.md: what became of each document."""

from __future__ import annotations

from pathlib import Path

from evidence.imports.trial import Trial

PAGE = Path(__file__).parents[2] / "docs" / "imports.md"

_CONTROLS = "without jobs"

_TEXT = """# Imported documents

`bide import` on {documents} OpenAPI documents of real APIs, most of them with jobs. The documents are not in this
repository; this page is written by

    make imports DOCUMENTS=folder

It was last written on {date}. What is a job in a document, and how it is polled, a person has read before, for
[another page](job-apis.md): {true} submits. The rules of detection were tuned on the same documents, so a document that
nobody has seen yet will do worse.

- **{imported} of {documents} documents** give a spec that `bide check` has nothing to say about; the longest took
  {slowest:.1f} s to import, and the process had at most {memory} MB.
- **{found} of {true} jobs are found** ({found_share:.0%}), {right} of them with the poll that the person has
  named. {false} of {proposed} proposals are none ({false_share:.0%}).
- **{packages} documents** give a package whose generated tests pass and whose jobs run on its simulator, at least
  one of each.

| column | |
|---|---|
| jobs | in the document; found with the right poll; found with another one; none of a job |
| spec | jobs, operations, TODOs, and what is left out with a reason |
| tests | the generated tests of the package |
| ran | jobs that ran on the simulator of the spec, of those tried (at most four) |

| document | jobs | right | other poll | false | jobs | operations | TODO | left out | tests | ran | s |
|---|---|---|---|---|---|---|---|---|---|---|---|
{rows}
{notes}"""


def text(trials: list[Trial], date: str) -> str:
    """The text of the page."""
    verdicts = [trial.verdict for trial in trials if trial.verdict]
    true, right = sum(each.true for each in verdicts), sum(each.right for each in verdicts)
    other, false = sum(each.wrong_poll for each in verdicts), sum(each.false for each in verdicts)
    counted = [trial for trial in trials if trial.document != "azure-lro-testserver"]
    false = sum(trial.verdict.false for trial in counted if trial.verdict)
    proposed = right + other + false
    notes = [f"- {trial.document}: {trial.refusal}" for trial in trials if trial.refusal]
    notes += [f"- {trial.document}: {why}" for trial in trials for why in trial.why]
    return _TEXT.format(
        documents=len(trials),
        date=date,
        true=true,
        imported=sum(not trial.refusal for trial in trials),
        slowest=max(trial.seconds for trial in trials),
        memory=max(trial.memory for trial in trials),
        found=right + other,
        found_share=(right + other) / true,
        right=right,
        false=false,
        proposed=proposed,
        false_share=false / proposed,
        packages=sum(trial.tests == "pass" and trial.ran > 0 for trial in trials),
        rows="\n".join(map(_row, trials)),
        notes="\n".join(["", "Refused, or not run:", "", *notes, ""]) if notes else "",
    )


def _row(trial: Trial) -> str:
    verdict = trial.verdict
    assert verdict is not None
    cells = [trial.document, verdict.true or _CONTROLS, verdict.right, verdict.wrong_poll, verdict.false]
    cells += [trial.jobs, trial.operations, trial.todos, trial.left_out, trial.tests or "-"]
    cells += [f"{trial.ran} of {trial.tried}" if trial.tried else "-", f"{trial.seconds:.1f}"]
    return f"| {' | '.join(map(str, cells))} |"
