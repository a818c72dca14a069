"""`python -m evidence.prism FOLDER`: verify specs against Prism, and write `docs/prism.md`.

The exit code is 0 if each finding is explained, and each change of a spec was reported, and nothing else.
"""

from __future__ import annotations

import argparse
import datetime
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bide.lint.pipeline import read_spec
from evidence.prism.chosen import CHOSEN, DRIFTED, Choice
from evidence.prism.document import Document
from evidence.prism.drift import Seen, drifts
from evidence.prism.judging import Reason, Silence
from evidence.prism.page import PAGE, Whole, text
from evidence.prism.server import PROGRAM, NoPrism, Prism
from evidence.prism.trial import Trial, bide, called, imported, run

_REPOSITORY = Path(__file__).resolve().parents[2]
_MOST = 12
"""Jobs, and operations, of one document."""
_SEEDS = ("", "1", "2")


def main() -> int:
    """Try the documents and write the page; returns the exit code."""
    parser = argparse.ArgumentParser(prog="evidence.prism", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="one document; the page is not written")
    parser.add_argument("--keep", type=Path, help="keep specs, recordings and logs here")
    options = parser.parse_args()
    if not PROGRAM.exists():
        parser.error("Prism is not installed; make prism does it")
    paths = {path.stem: path.resolve() for path in options.folder.iterdir() if path.suffix in (".json", ".yaml")}
    with TemporaryDirectory() as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        chosen = [each for each in CHOSEN if options.only in ("", each.name) and each.name in paths]
        trials = [_tried(each, paths[each.name], folder) for each in chosen]
        if options.only:
            return _code(trials, [])
        own = [_own(spec, folder) for spec in sorted((_REPOSITORY / "specs").glob("*.yaml"))]
        seen = [
            each
            for name, job in DRIFTED.items()
            if name in paths
            for each in drifts(imported(paths[name], folder), paths[name], job, folder)
        ]
        served = {each.name for each in trials}
        others = {name: path for name, path in sorted(paths.items()) if name not in served}
        unusable = {name: why for name, path in others.items() if (why := _why_not(path, folder))}
    whole = Whole(trials, own, seen, unusable, len(paths), datetime.date.today().isoformat())
    PAGE.write_text(text(whole), encoding="utf-8")
    print(f"written to docs/{PAGE.name}")
    return _code([*trials, *own], seen)


def _tried(choice: Choice, path: Path, folder: Path) -> Trial:
    spec = imported(path, folder)
    return _verified(spec, path, _SEEDS, choice, _MOST)


def _own(source: Path, folder: Path) -> Trial:
    """One of our own specs, against the document that `bide export` makes of it."""
    spec, served = folder / source.name, folder / f"{source.stem}.openapi.yaml"
    shutil.copy(source, spec)
    bide("export", "openapi", str(spec), "--out", str(served), folder=folder).check_returncode()
    return _verified(spec, served, ("",), Choice(name=source.stem), None)


def _verified(spec: Path, served: Path, seeds: tuple[str, ...], choice: Choice, most: int | None) -> Trial:
    provider = read_spec(spec.name, spec.read_text(encoding="utf-8"))
    calls = called(provider, most)
    trial = Trial(choice.name, Document.read(served).version, *calls)
    for seed in seeds:
        found = trial.runs[seed] = run(spec, served, calls, seed=seed, known=choice.known)
        said = f"{found.said.compared} compared, {len(found.findings)} findings"
        print(f"{choice.name}{f', made up {seed}' if seed else ''}: {said}", flush=True)
        for each in found.findings:
            if each.reason is Reason.NOT_EXPLAINED:
                print(f"    not explained: {each.found.message} [{each.found.kind}] at {each.found.path}", flush=True)
    return trial


def _why_not(path: Path, folder: Path) -> str:
    """Why Prism cannot serve a document; empty if it can."""
    foreign = Document.read(path).foreign()
    if foreign:
        return f"it refers to {foreign.partition('://')[2].partition('/')[0]}, and nothing is fetched here"
    try:
        with Prism(path, folder / "start.log"):
            return ""
    except NoPrism as why:
        return str(why).replace(f"{path.parent}/", "")


def _code(trials: list[Trial], seen: list[Seen]) -> int:
    runs = [each for trial in trials for each in trial.runs.values()]
    are_explained = all(judged.reason is not Reason.NOT_EXPLAINED for each in runs for judged in each.findings)
    are_silent = all(why is not Silence.NOT_EXPLAINED for each in runs for _, _, why in each.silent)
    return 0 if are_explained and are_silent and all(each.is_exact for each in seen) else 1


if __name__ == "__main__":
    sys.exit(main())
