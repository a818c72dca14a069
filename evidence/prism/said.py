"""What `bide verify` and Prism have printed, as values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Place = tuple[str, ...]
"""Where a value is in a reply: the names of fields. Items of a list are not told apart."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of `bide verify`."""

    kind: str
    message: str
    method: str
    path: str
    place: Place
    times: int = 1


@dataclass(frozen=True, slots=True)
class Violation:
    """What Prism's validator says of a part of its own reply."""

    place: Place
    message: str


@dataclass(slots=True)
class Request:
    """A request that Prism got."""

    method: str
    path: str
    refusal: str = ""
    """Why Prism refused it; empty: it did not."""
    status: int = 0
    error: str = ""
    """The error of Prism itself with which it ended, instead of a reply of the document."""
    violations: list[Violation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verified:
    """What one run of `bide verify` said."""

    compared: int
    findings: list[Found]
    ends: dict[str, str]
    """How each call ended, by its name: `answered`, a final state, or an error."""


_FINDING = re.compile(r"^\S+:\d+: (?P<message>.*) \[(?P<kind>[a-z-]+)\](?: \((?P<times>\d+) times\))?$")
_EXAMPLE = re.compile(r"^  such as (?P<method>[A-Z]+) (?P<path>\S+)(?: at (?P<place>\$.*))?$")
_COMPARED = re.compile(r"^(\d+) exchanges? compared, ")
_ENDED = re.compile(r"^(?P<name>[a-z_0-9]+): (?P<end>.*)$")

_REQUEST = re.compile(r"\[HTTP SERVER\] ([a-z]+) (\S+) .*Request received")
_REFUSED = re.compile(r"\[VALIDATOR\] .{0,3}\s*error\s+(?!Violation: )(.*)")
_STATUS = re.compile(r'Responding with "(\d+)"')
_ERROR = re.compile(r"Request terminated with error: (?:https://stoplight\.io/prism/errors#)?(.*)")
_VIOLATION = re.compile(r"Violation: response\.body(?:\.(\S+))? (.*)")


def verified(output: str) -> Verified:
    """What `bide verify --live` printed, of both its streams."""
    found: list[Found] = []
    ends: dict[str, str] = {}
    compared = 0
    lines = output.splitlines()
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if match := _FINDING.match(line):
            example = _EXAMPLE.match(after)
            assert example is not None, f"a finding without an example: {line}"
            found.append(
                Found(
                    match["kind"],
                    match["message"],
                    example["method"].lower(),
                    example["path"],
                    place_of(example["place"] or "$"),
                    int(match["times"] or 1),
                )
            )
        elif match := _COMPARED.match(line):
            compared = int(match[1])
        elif (match := _ENDED.match(line)) and not match["end"].startswith(("submitted, job ", "job ")):
            ends[match["name"]] = match["end"]
    return Verified(compared, found, ends)


def place_in(example: str) -> Place:
    """The place of an example such as `GET /jobs/1 at $.status`."""
    return place_of(example.partition(" at ")[2] or "$")


def place_of(path: str) -> Place:
    """The place of a JSON path such as `$.jobs[].status`."""
    return tuple(each for each in path.removeprefix("$").replace("[]", "").split(".") if each)


def requests_of(log: str) -> list[Request]:
    """The requests in a log of Prism, in their order."""
    found: list[Request] = []
    for line in log.splitlines():
        if match := _REQUEST.search(line):
            found.append(Request(match[1], match[2].partition("?")[0]))
        elif not found:
            continue
        elif match := _VIOLATION.search(line):
            steps = [each for each in (match[1] or "").split(".") if each and not each.isdecimal()]
            found[-1].violations.append(Violation(tuple(steps), match[2]))
        elif match := _STATUS.search(line):
            found[-1].status = int(match[1])
        elif match := _ERROR.search(line):
            found[-1].error = match[1]
        elif (match := _REFUSED.search(line)) and not found[-1].refusal:
            found[-1].refusal = match[1]
    return found
