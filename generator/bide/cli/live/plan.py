"""What a live verification will do, and what it may cost. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bide import ir
from bide.ir import Json


class BadPlan(Exception):
    """What was asked for cannot be done. The message is for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One job or one operation, called once."""

    of: ir.Job | ir.Operation
    arguments: Mapping[str, Json]
    """By the names of the client's method."""
    origin: str
    """Where the arguments come from."""

    @property
    def name(self) -> str:
        return self.of.name

    @property
    def is_job(self) -> bool:
        return isinstance(self.of, ir.Job)


@dataclass(frozen=True, slots=True)
class Plan:
    """The calls, in the order of the spec."""

    calls: tuple[Planned, ...]
    skipped: tuple[str, ...]
    """What is free, and cannot be called; with the reason."""

    def lines(self, base_url: str, timeout: float | None) -> Iterator[str]:
        """What will be done, for the question before it is."""
        yield f"This sends requests to {base_url}, with your key:"
        for each in self.calls:
            given = ", ".join(sorted(each.arguments))
            yield f"  {_what(each, timeout)}"
            yield f"    {f'with {given}, {each.origin}' if given else 'without arguments'}; {_cost(each)}"
        for reason in self.skipped:
            yield f"  not {reason}"


def plan(
    provider: ir.Provider,
    catalog: Mapping[str, Json],
    *,
    jobs: Sequence[str] = (),
    operations: Sequence[str] = (),
    inputs: Mapping[str, Json],
) -> Plan:
    """The named jobs and operations, or else the free ones. Raises `BadPlan`."""
    is_named = bool(jobs or operations)
    known: dict[str, Mapping[str, ir.Job | ir.Operation]] = {
        "job": {each.name: each for each in provider.jobs},
        "operation": {each.name: each for each in provider.operations},
    }
    for kind, names in (("job", jobs), ("operation", operations)):
        for name in names:
            if name not in known[kind]:
                raise BadPlan(f"there is no {kind} {name!r}; the spec has {', '.join(known[kind]) or 'none'}")
    everything = [*known["operation"].values(), *known["job"].values()]
    chosen = [
        each
        for each in everything
        if (each.name in (jobs if isinstance(each, ir.Job) else operations) if is_named else each.is_free)
    ]
    if unused := sorted(inputs.keys() - {each.name for each in chosen}):
        raise BadPlan(f"the input has arguments for {unused[0]!r}, which is not called; name it, or mark it as free")
    calls: list[Planned] = []
    skipped: list[str] = []
    for each in chosen:
        try:
            calls.append(_planned(each, catalog, inputs))
        except BadPlan as why:
            if is_named:
                raise
            skipped.append(str(why))
    if not calls:
        reasons = f" ({'; '.join(skipped)})" if skipped else ""
        raise BadPlan(
            f"nothing to call{reasons}: mark what costs nothing with `free: true`, or name it with --job or --operation"
        )
    return Plan(tuple(calls), tuple(skipped))


def _planned(of: ir.Job | ir.Operation, catalog: Mapping[str, Json], inputs: Mapping[str, Json]) -> Planned:
    entry = catalog["jobs" if isinstance(of, ir.Job) else "operations"][of.name]
    if isinstance(of, ir.Operation) and of.stream is not None:
        raise BadPlan(f"{of.name}: streams are not compared")
    properties, required = entry["arguments"]["properties"], set(entry["arguments"].get("required", ()))
    given = inputs.get(of.name)
    if given is None:
        endpoint = of.submit if isinstance(of, ir.Job) else of.endpoint
        arguments = entry["example"] or {}
        origin = (
            "from an example of the spec"
            if endpoint.examples
            else "made up: the spec has no example, so pass your own with --input"
        )
    else:
        arguments, origin = given, "from the input"
    if not isinstance(arguments, Mapping):
        raise BadPlan(f"{of.name}: its arguments in the input are no JSON object")
    if unknown := sorted(arguments.keys() - properties.keys()):
        raise BadPlan(f"{of.name} has no argument {unknown[0]!r}; it has {', '.join(properties) or 'none'}")
    if missing := sorted(required - arguments.keys()):
        raise BadPlan(f"{of.name} needs {', '.join(missing)}, and no example has it; pass it with --input")
    return Planned(of=of, arguments=arguments, origin=origin)


def _what(call: Planned, timeout: float | None) -> str:
    of = call.of
    if isinstance(of, ir.Operation):
        return f"operation {of.name}: {of.endpoint.method} {of.endpoint.path}, once"
    polling = of.polling
    longest = polling.timeout if timeout is None else timeout
    return (
        f"job {of.name}: {of.submit.method} {of.submit.path}, once; then polls, at least {polling.min_interval:g} s "
        f"apart, for at most {longest:g} s"
    )


def _cost(call: Planned) -> str:
    return "the spec says that it is free" if call.of.is_free else "it may cost what one such call costs"
