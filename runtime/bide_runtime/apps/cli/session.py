"""What one command works with: the catalog, the options of the connection, and the client."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import click

from ..catalog.calling import client_class
from ..catalog.catalog import Catalog
from . import keys
from .options import own

if TYPE_CHECKING:
    from ...clients.clock import Clock
    from ...clients.observer import Exchange


def connection(catalog: Catalog, taken: list[click.Option]) -> list[click.Option]:
    """The options of the connection."""
    heading = "Connection"
    env = f"{catalog.name.upper()}_BASE_URL"
    options: list[click.Option] = [
        own(
            taken,
            "own_base_url",
            "--base-url",
            heading=heading,
            metavar="URL",
            envvar=env,
            help=f"Another address of the provider, such as a simulator's. [env: {env}]",
        ),
        own(
            taken,
            "own_verbose",
            "-v",
            "--verbose",
            heading=heading,
            is_flag=True,
            help="Show each request, without key and body.",
        ),
    ]
    for each in catalog.variables:
        form = f"--{each.argument.replace('_', '-')}"
        about = " ".join(filter(None, [each.description, f"[env: {each.env}]" if each.env else ""]))
        choices = {"type": click.Choice(each.values)} if each.values else {}
        options.append(own(taken, f"variable_{each.argument}", form, heading=heading, help=about, **choices))
    return options


@contextmanager
def client_of(catalog: Catalog, parameters: Mapping[str, Any]) -> Iterator[Any]:
    """The client of the package, with the options of the connection."""
    base_url = parameters.get("own_base_url")
    variables = {
        name.removeprefix("variable_"): value
        for name, value in parameters.items()
        if name.startswith("variable_") and value is not None
    }
    more = {**keys.secrets(catalog, base_url), **variables}
    is_verbose = bool(parameters.get("own_verbose"))
    with (
        _logged(f"{catalog.name}_client") if is_verbose else nullcontext(),
        client_class(catalog)(
            base_url=base_url, observer=_show if is_verbose else None, clock=clock(), **more
        ) as client,
    ):
        yield client


def clock() -> Clock | None:
    """A clock as fast as a simulator that runs with `--speed`, if the environment says so; else the usual one."""
    speed = os.environ.get("BIDE_SPEED")
    if not speed:
        return None
    from ...clients.clock import SystemClock

    try:
        return SystemClock(float(speed))
    except ValueError as error:
        raise click.UsageError(f"BIDE_SPEED must be a number, not {speed!r}") from error


def _show(exchange: Exchange) -> None:
    """Print one request as a line."""
    again = f", attempt {exchange.attempt}" if exchange.attempt > 1 else ""
    came = exchange.status if exchange.status is not None else exchange.error
    print(f"{exchange.method} {exchange.path}: {came} in {exchange.seconds:.2f} s{again}", file=sys.stderr)


@contextmanager
def _logged(name: str) -> Iterator[None]:
    """Print what the client logs."""
    import logging

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger(name)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
