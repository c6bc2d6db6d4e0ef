"""`quota`: an operator's commands, on the stack that `up` started."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from omnigen_local.addresses import CREDENTIALS, NO_ACCOUNTS, REGION
from omnigen_local.home import HOME, Home


def quota(arguments: Annotated[list[str] | None, typer.Argument(metavar="COMMAND...")] = None) -> None:
    """Quota's operator: `quota audit`, `quota show USER`, `quota pause`, …; `quota -- --help` lists them."""
    raise typer.Exit(run_operator(HOME, arguments or ["--help"]))


def run_operator(home: Home, arguments: list[str]) -> int:
    """The operator's exit code; 1 when no stack runs."""
    record = home.find_record()
    if record is None:
        typer.echo("quota: no stack runs; start one with `make up`", err=True)
        return 1
    place = {"AWS_REGION": REGION, "AWS_ENDPOINT_URL": record.emulator_url, "USAGE_TABLE": record.usage_table}
    environment = {**os.environ, **CREDENTIALS, **NO_ACCOUNTS, **place}
    return subprocess.run(
        [sys.executable, "-m", "omnigen_quota.operator", *arguments], env=environment, check=False
    ).returncode
