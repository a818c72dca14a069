"""Write the first spec of a provider: a working one, with comments where the author will change it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from string import Template

from bide.spec import names

_PLAIN = re.compile(r"[A-Za-z](?:[ ,A-Za-z0-9_.-]*[A-Za-z0-9_.-])?")
"""Text that needs no quotes as a value, unless it is one of `_WORDS`."""

_PLAIN_PATH = re.compile(r"(?:https?://)?[A-Za-z0-9/._~-]+")
_WORDS = frozenset(("null", "true", "false"))

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

_PLACEHOLDER = re.compile(r"\{\+?([A-Za-z_][A-Za-z0-9_-]*)\}")
"""A name in a path."""

_AUTH = {
    "bearer": re.compile(r"bearer"),
    "header": re.compile(r"header:([^\s,{}\[\]\"']+)"),
    "query": re.compile(r"query:([^\s,{}\[\]\"']+)"),
    "basic": re.compile(r"basic"),
    "none": re.compile(r"none"),
}
_AUTH_LINES = {
    "bearer": "auth: {{bearer: true, env: {prefix}_API_KEY}}",
    "header": "auth: {{header: {name}, env: {prefix}_API_KEY}}",
    "query": "auth: {{query: {name}, env: {prefix}_API_KEY}}",
    "basic": "auth:\n  - {{basic: username, env: {prefix}_USERNAME}}\n  - {{basic: password, env: {prefix}_PASSWORD}}",
    "none": "# auth: {{bearer: true, env: {prefix}_API_KEY}}",
}
AUTH_CHOICES = "bearer, header:NAME, query:NAME, basic or none"

_HEAD = {key: re.compile(rf"^{key}: (.*)$", re.MULTILINE) for key in ("name", "title", "class")}


class BadAnswer(ValueError):
    """An answer that no spec can be made from. Its message is for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers about a provider."""

    name: str
    title: str
    base_url: str
    docs: str
    auth: str
    """Where the key goes: one of `AUTH_CHOICES`."""
    job: str
    submit: str
    """The path of the POST that creates a job."""
    poll: str
    """The path of the GET that returns the status of a job, with `{job_id}` in it."""


def completed(name: str, given: Mapping[str, str]) -> Answers:
    """The given answers, completed with the default for each missing one."""
    host = name.replace("_", "-")
    job = given.get("job", "task")
    submit = given.get("submit", f"/{job}s".replace("_", "-"))
    usual = {
        "title": " ".join(word.capitalize() for word in name.split("_")),
        "base_url": f"https://api.{host}.example/v1",
        "docs": f"https://{host}.example/docs",
        "auth": "bearer",
        "job": job,
        "submit": submit,
        "poll": f"{submit.rstrip('/')}/{{job_id}}",
    }
    return Answers(name=name, **{**usual, **given})


def name_like(text: str) -> str | None:
    """The name that was probably meant: `acme_speech` for `specs/Acme-Speech.yaml`. `None` if there is none."""
    words = names.words(re.split(r"[/\\]", text)[-1].removesuffix(".yaml").removesuffix(".yml"))
    name = "_".join(words).lower()
    return name if _NAME.fullmatch(name) else None


def written(answers: Answers, *, schema: str) -> str:
    """The text of the spec, with *schema* in its first line. Valid if the answers are. Raises `BadAnswer`."""
    template = Template(resources.files("bide").joinpath("spec", "starter.yaml").read_text(encoding="utf-8"))
    title, words = " ".join(answers.title.split()), answers.job.replace("_", " ")
    return template.substitute(
        schema=schema,
        name=_plain(answers.name),
        title=title,
        title_value=_plain(answers.title),
        class_name=_plain(_client_class(answers)),
        about=_plain(f"What {title} does, in one sentence."),
        docs=_path(answers.docs),
        docs_quoted=_quoted(answers.docs),
        base_url=_path(answers.base_url),
        auth=_auth(answers),
        source=_plain(answers.job),
        job=_plain(answers.job),
        job_title=_plain(words.capitalize()),
        words=words,
        model=_class(answers.job),
        submit=_path(answers.submit),
        path=_parameters(answers.submit),
        poll=_quoted(answers.poll),
    )


def copied(text: str, answers: Answers, *, schema: str) -> str:
    """The *text* of a spec, with the name, title and class of *answers*, and *schema* in its first line.

    Names of environment variables that begin with the old name begin with the new one.
    """
    _, _, copy = text.partition("\n")
    old = _HEAD["name"].search(copy)
    for key, value in {"name": answers.name, "title": answers.title, "class": _client_class(answers)}.items():
        line = f"{key}: {_plain(value)}"
        copy = _HEAD[key].sub(line.replace("\\", r"\\"), copy, count=1)
    if old is not None:
        copy = copy.replace(f"env: {old[1].upper()}_", f"env: {answers.name.upper()}_")
    return f"# yaml-language-server: $schema={schema}\n{copy}"


def _auth(answers: Answers) -> str:
    """The lines about credentials."""
    prefix = answers.name.upper()
    for kind, pattern in _AUTH.items():
        found = pattern.fullmatch(answers.auth)
        if found is not None:
            return _AUTH_LINES[kind].format(prefix=prefix, name=found[1] if pattern.groups else "")
    raise BadAnswer(f'"{answers.auth}" is not a way to send the API key: use {AUTH_CHOICES}')


def _parameters(path: str) -> str:
    """The line that declares the names in a path, if it has any; polls may repeat them."""
    found = dict.fromkeys(_PLACEHOLDER.findall(path))
    declared = (f"{name}: {{type: string, description: What the job belongs to.}}" for name in found)
    return f"\n      path: {{{', '.join(declared)}}}" if found else ""


def _class(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise BadAnswer(
            f'"{name}" is not a valid name: use lowercase letters and digits, with _ between words, as in acme_speech'
        )
    try:
        return names.pascal_case(name)
    except names.BadName as bad:
        raise BadAnswer(f"{bad}: choose another name") from None


def _client_class(answers: Answers) -> str:
    """The class of the client: the title, if it differs from the name only in capitals and separators."""
    title = re.sub(r"[\W_]", "", answers.title)
    usual = _class(answers.name)
    return title if title.isascii() and title[:1].isupper() and title.casefold() == usual.casefold() else usual


def _plain(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else _quoted(text)


def _path(text: str) -> str:
    return text if _PLAIN_PATH.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
