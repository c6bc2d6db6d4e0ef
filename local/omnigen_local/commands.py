"""`up`, `down`, `status`: a stack that stays, in .omnigen of this checkout."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import typer

from omnigen_local.addresses import Ports
from omnigen_local.artefacts import ROOT
from omnigen_local.background import Home, StackRecord, StartError, SupervisedStack, start, stop, supervise
from omnigen_local.demo.accounts import UserPool, keep_account, sign_in
from omnigen_local.signals import run_until_signal
from omnigen_local.stack import LocalStack, StackPlan

HOME: Final = Home(ROOT / ".omnigen")
GATEWAY_PORT: Final = 8080
SUPERVISOR: Final = (sys.executable, "-m", "omnigen_local", "supervise")
_BODY: Final = '{"prompt": "a paper boat crosses the night sea", "duration_s": 15}'


def up() -> None:
    """Start a stack that stays, and print what is where."""
    raise typer.Exit(asyncio.run(run_until_signal(_up())))


def down() -> None:
    """Stop the stack that `up` started; its state stays."""
    try:
        stopped = asyncio.run(stop(HOME))
    except TimeoutError:
        typer.echo(f"down: the stack does not end; its logs are in {_shown(HOME.log_dir)}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"down: stopped; the state stays in {_shown(HOME.state_dir)}" if stopped else "down: no stack runs")


def status() -> None:
    """Print what is where, if a stack runs (exit code 1 when none does)."""
    record = HOME.find_record()
    if record is None:
        typer.echo("status: no stack runs" if HOME.find_supervisor() is None else "status: a stack is starting")
        raise typer.Exit(1)
    asyncio.run(_describe(record))


def supervise_stack() -> None:
    """What `up` leaves behind: not called by hand."""
    raise typer.Exit(asyncio.run(supervise(HOME, _open_stack)))


async def _up() -> int:
    if HOME.find_supervisor() is not None:
        record = HOME.find_record()
        typer.echo("up: a stack runs already" if record else "up: a stack is starting already")
    else:
        typer.echo("up: starting emulator, provider simulator and services")
        try:
            record = await start(HOME, SUPERVISOR)
        except StartError as error:
            typer.echo(f"up: it did not start\n{error}", err=True)
            return 1
    if record is not None:
        await _describe(record)
    return 0


@asynccontextmanager
async def _open_stack() -> AsyncIterator[SupervisedStack]:
    ports = Ports.choose().with_free_gateway(GATEWAY_PORT)
    plan = StackPlan(HOME.state_dir, HOME.log_dir, ports, keep_emulator_state=True)
    async with LocalStack(plan) as stack:
        yield stack


async def _describe(record: StackRecord) -> None:
    pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
    account = await keep_account(pool, HOME.state_dir / "account.json")
    token = await sign_in(pool, account)
    for line in (
        f"  gateway    {record.gateway_url}/api/v1",
        f"  emulator   {record.emulator_url}  (AWS: region us-east-1, any credentials)",
        f"  simulator  {record.simulator_url}  (the provider's API)",
        f"  user       {account.email}  password {account.password}",
        f"  logs       {_shown(HOME.log_dir)}",
        f"  state      {_shown(HOME.state_dir)}  (stays after `make down`)",
        "",
        "A video of your own (the token is valid for an hour; `python -m omnigen_local status` prints a fresh one):",
        "",
        f"export GATEWAY={record.gateway_url}",
        f"export TOKEN={token}",
        'curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\',
        f"     -d '{_BODY}' $GATEWAY/api/v1/jobs",
    ):
        typer.echo(line)


def _shown(path: Path) -> str:
    return os.path.relpath(path)
