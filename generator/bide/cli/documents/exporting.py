"""`bide export`: write a spec as a document for other tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bide.cli.specs import checked
from bide.cli.terminal import OK, PROBLEM, complain, on_disk


@click.command(short_help="Write a spec as an OpenAPI or Arazzo document.")
@click.argument("kind", type=click.Choice(("openapi", "arazzo")))
@click.argument("spec", type=click.Path(path_type=Path))
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Default: standard output."
)
@click.option(
    "--openapi", metavar="URL", default="openapi.yaml", show_default=True, help="For arazzo: the OpenAPI document."
)
def export(kind: str, spec: Path, out: Path | None, openapi: str) -> int:
    """Write a spec as an OpenAPI 3.1 document, or its jobs as an Arazzo 1.0.1
    document, for tools that know nothing of Bide.

    \b
    bide export openapi specs/acme.yaml --out openapi.yaml
    bide export arazzo specs/acme.yaml --out acme.arazzo.yaml

    The document is YAML, or JSON if the name of FILE ends with .json.

    Jobs that a workflow cannot describe are left out, and named.

    Exit code: 0; 1 if the spec has errors, or if no job is left.
    """
    from bide.exporter import arazzo as workflows
    from bide.exporter import openapi as requests

    found = checked([spec])
    if found is None:
        return PROBLEM
    (provider,) = found[0].values()
    document = requests.openapi(provider) if kind == "openapi" else workflows.arazzo(provider, url=openapi)
    if kind == "arazzo":
        told = {workflow["workflowId"] for workflow in document["workflows"]}
        if left := [job.name for job in provider.jobs if job.name not in told]:
            complain(f"left out, as a workflow cannot describe their requests: {', '.join(left)}")
        if not told:
            complain(f"{spec} has no job for a workflow, so nothing was written")
            return PROBLEM
    text = _written(document, is_json=out is not None and out.suffix == ".json")
    if out is None:
        click.echo(text, nl=False)
        return OK
    return on_disk(lambda: _save(out, text))


def _written(document: dict[str, Any], *, is_json: bool) -> str:
    import yaml

    if is_json:
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    plain = json.loads(json.dumps(document))  # no value is twice in it, which YAML would write as an alias
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110)


def _save(out: Path, text: str) -> int:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8", newline="\n")
    click.echo(f"wrote {out.as_posix()}")
    return OK
