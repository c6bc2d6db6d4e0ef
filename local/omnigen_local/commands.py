"""`up`, `down`, `status`: a stack that stays, in .omnigen of this checkout."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import typer

from omnigen_local import overview
from omnigen_local.addresses import Ports
from omnigen_local.background import StartError, SupervisedStack, start, stop, supervise
from omnigen_local.home import HOME, StackRecord
from omnigen_local.overrides import BadOverrideError, read_overrides
from omnigen_local.signals import SIGNAL_EXIT, run_until_signal
from omnigen_local.stack import LocalStack, StackPlan

GATEWAY_PORT: Final = 8080
BAD_VALUE_EXIT: Final = 2
SUPERVISOR: Final = (sys.executable, "-m", "omnigen_local", "supervise")


def up() -> None:
    """Start a stack that stays, and print what is where."""
    code = asyncio.run(run_until_signal(_up()))
    if code > SIGNAL_EXIT:
        typer.echo("up: stopped", err=True)
    raise typer.Exit(code)


def down() -> None:
    """Stop the stack that `up` started; its state stays."""
    try:
        stopped = asyncio.run(stop(HOME))
    except TimeoutError:
        typer.echo(f"down: the stack does not end; its logs are in {overview.shown(HOME.log_dir)}", err=True)
        raise typer.Exit(1) from None
    if stopped:
        typer.echo(f"down: stopped; the state stays in {overview.shown(HOME.state_dir)}")
    else:
        typer.echo("\n".join(["down: nothing to stop", *overview.absence_lines(HOME)]))


def status() -> None:
    """Print what runs where, or why nothing does (exit code 1 unless everything is ready)."""
    record = HOME.find_record()
    if record is not None:
        raise typer.Exit(asyncio.run(_describe(record, f"status: a stack runs since {overview.since(record)}")))
    if HOME.find_supervisor() is not None:
        typer.echo("status: a stack is starting or stopping")
    else:
        typer.echo("status: " + "\n".join(overview.absence_lines(HOME)))
    raise typer.Exit(1)


def supervise_stack() -> None:
    """What `up` leaves behind: not called by hand."""
    raise typer.Exit(asyncio.run(supervise(HOME, _open_stack)))


async def _up() -> int:
    if HOME.find_supervisor() is not None:
        record = HOME.find_record()
        if record is None:
            typer.echo("up: a stack is starting or stopping already; `make status` tells when it is ready", err=True)
            return 1
        return await _describe(record, f"up: a stack runs already, since {overview.since(record)}")
    try:
        read_overrides(os.environ)
    except BadOverrideError as error:
        typer.echo(f"up: {error}", err=True)
        return BAD_VALUE_EXIT
    typer.echo("up: starting emulator, provider simulator and services")
    try:
        record = await start(HOME, SUPERVISOR)
    except StartError as error:
        typer.echo(f"up: it did not start\n{error}", err=True)
        return 1
    return await _describe(record, "up: ready")


@asynccontextmanager
async def _open_stack() -> AsyncIterator[SupervisedStack]:
    ports = Ports.choose().with_free_gateway(HOME.find_gateway_port(), GATEWAY_PORT)
    overrides = read_overrides(os.environ)
    plan = StackPlan(
        HOME.state_dir, HOME.log_dir, ports, keep_emulator_state=True, overrides=overrides, signing_dir=HOME.signing_dir
    )
    async with LocalStack(plan) as stack:
        yield stack


async def _describe(record: StackRecord, headline: str) -> int:
    """Whether all is well, as an exit code."""
    states = await overview.ask_parts(record.parts)
    lines = [headline, *overview.part_lines(record, states), *overview.folder_lines(HOME)]
    typer.echo("\n".join([*lines, *await overview.account_lines(record, HOME)]))
    return 0 if set(states.values()) <= {overview.READY} else 1
