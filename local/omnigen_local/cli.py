"""`python -m omnigen_local`: what the Makefile calls."""

import asyncio
import logging
import os
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from omnigen_local.artefacts import ROOT
from omnigen_local.building import Architecture, Target, build_generator
from omnigen_local.commands import down, status, supervise_stack, up
from omnigen_local.containers import ContainerSettings, provision_containers
from omnigen_local.demo.command import demo
from omnigen_local.documents import secrets
from omnigen_local.environments import forget_accounts
from omnigen_local.operating import quota
from omnigen_local.traces import read_traces

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """OmniGen on one machine."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    forget_accounts(os.environ)


@app.command("build-generator")
def build_generator_command(
    target: Annotated[Target, typer.Option(help="Where it is to run.")] = Target.LOCAL,
    architecture: Annotated[
        Architecture, typer.Option(envvar="ARCHITECTURE", help="Of the Lambda in AWS.")
    ] = Architecture.ARM64,
) -> None:
    """Make build/generator-TARGET, the Lambda's folder."""
    try:
        folder = build_generator(target, ROOT, architecture)
    except subprocess.CalledProcessError as error:
        raise typer.Exit(error.returncode) from error
    typer.echo(f"build-generator: {folder.name} is ready")


@app.command("provision", hidden=True)
def provision_command() -> None:
    """What the provisioning container of docker-compose.yml does."""
    names = asyncio.run(provision_containers(ContainerSettings()))
    typer.echo(f"provision: environments written for {', '.join(names)}")


@app.command("trace-report")
def trace_report_command(file: Annotated[Path, typer.Option(envvar="FILE", help="What TRACE= has left.")]) -> None:
    """Tell what happened when in the largest trace of a file."""
    try:
        traces = read_traces(file)
    except (OSError, ValueError, KeyError) as error:
        typer.echo(f"trace-report: {file}: {error}", err=True)
        raise typer.Exit(1) from None
    for line in traces[0].waterfall() if traces else []:
        typer.echo(line)


for command in (demo, up, down, status, secrets):
    app.command()(command)
app.command("supervise", hidden=True)(supervise_stack)
app.command("quota", context_settings={"ignore_unknown_options": True})(quota)
