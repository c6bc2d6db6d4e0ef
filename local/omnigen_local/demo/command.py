"""`python -m omnigen_local demo`: values in, exit code out."""

import asyncio
import os
import signal
import sys
from enum import StrEnum
from functools import partial
from typing import Annotated, Final

import aiohttp
import typer
from botocore.exceptions import BotoCoreError, ClientError

from omnigen_local.demo.client import RefusedError
from omnigen_local.demo.events import ConnectionLostError
from omnigen_local.demo.order import DEFAULTS, BadValueError, Order, parse_order
from omnigen_local.demo.run import JobFailedError, OpenTarget, open_own_stack, open_running_stack, run_demo
from omnigen_local.demo.view import NobodyReadsError
from omnigen_local.deployment import DeploymentFailedError
from omnigen_local.overrides import BadOverrideError, read_overrides
from omnigen_local.processes import ProcessEndedError
from omnigen_local.signals import SIGNAL_EXIT, run_until_signal
from omnigen_shared.contracts.media import AspectRatio, Resolution

BAD_VALUE_EXIT: Final = 2
UNREAD_EXIT: Final = SIGNAL_EXIT + signal.SIGPIPE
EXPECTED_ERRORS: Final = (
    ProcessEndedError,
    DeploymentFailedError,
    RefusedError,
    JobFailedError,
    ConnectionLostError,
    aiohttp.ClientError,
    BotoCoreError,
    ClientError,
    OSError,
)


def _choices(kind: type[StrEnum], name: str) -> str:
    return f"{', '.join(kind)}; {DEFAULTS[name]} if not given."


def demo(  # noqa: PLR0913 - one for each value that can be typed
    prompt: Annotated[str, typer.Option(envvar="PROMPT", help="What the video is about: 10 to 2000 characters.")] = "",
    duration: Annotated[str, typer.Option(envvar="DURATION", help="Seconds, 5 to 60; 15 if not given.")] = "",
    aspect: Annotated[str, typer.Option(envvar="ASPECT", help=_choices(AspectRatio, "aspect"))] = "",
    resolution: Annotated[str, typer.Option(envvar="RESOLUTION", help=_choices(Resolution, "resolution"))] = "",
    seed: Annotated[str, typer.Option(envvar="SEED", help="1 if not given; the same seed, the same frames.")] = "",
    out: Annotated[str, typer.Option(envvar="OUT", help="The file to write; ./omnigen-demo.mp4 if not given.")] = "",
    trace: Annotated[str, typer.Option(envvar="TRACE", help="A file for all spans, a line of JSON each.")] = "",
    *,
    keep_state: Annotated[bool, typer.Option("--keep-state", help="Leave the stack's folder there.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Tell where the time went.")] = False,
    against: Annotated[str, typer.Option(help="The gateway of a stack that runs, instead of one of its own.")] = "",
    emulator: Annotated[str, typer.Option(help="That stack's emulator.")] = "http://localhost:4566",
) -> None:
    """A prompt to an MP4, on a stack that is started for it and stopped after it."""
    typed = {
        "prompt": prompt,
        "duration": duration,
        "aspect": aspect,
        "resolution": resolution,
        "seed": seed,
        "out": out,
        "trace": trace,
    }
    try:
        order = parse_order({name: value for name, value in typed.items() if value})
        overrides = read_overrides(os.environ)
    except (BadValueError, BadOverrideError) as error:
        raise _fail(error, BAD_VALUE_EXIT) from None
    open_own = partial(open_own_stack, keep_state, overrides, order.trace_file)
    open_target = partial(open_running_stack, against, emulator) if against else open_own
    try:
        code = asyncio.run(run_until_signal(_make(order, open_target, verbose)))
    except NobodyReadsError:
        raise _leave_unread() from None
    except EXPECTED_ERRORS as error:
        raise _fail(error, 1) from None
    if code:
        typer.echo("demo: stopped", err=True)
    raise typer.Exit(code)


async def _make(order: Order, open_target: OpenTarget, verbose: bool) -> int:
    ending = await run_demo(order, open_target)
    try:
        for line in [*(ending.timings if verbose else []), *ending.lines]:
            typer.echo(line)
    except BrokenPipeError:
        raise NobodyReadsError from None
    return 0


def _leave_unread() -> typer.Exit:
    """The exit of a program whose reader has left; what is still buffered goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return typer.Exit(UNREAD_EXIT)


def _fail(error: Exception, code: int) -> typer.Exit:
    for line in [f"demo: {error}", *getattr(error, "__notes__", [])]:
        typer.echo(line, err=True)
    return typer.Exit(code)
