"""The generator as it is packed: everything it needs is in the folder, and it runs in the emulator."""

import json
import subprocess
import sys
from typing import Any

import pytest

from omnigen_local.artefacts import ROOT
from omnigen_local.provisioning import StackOutputs, client_options
from omnigen_shared.aws.clients import open_session

FOLDER = ROOT / "build" / "generator-local"
IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
import awslambdaric.__main__, awslambdaric.bootstrap
import opentelemetry.exporter.otlp.proto.http.trace_exporter, opentelemetry.sdk.trace.export
import omnigen_generator, omnigen_shared
for package in (omnigen_generator, omnigen_shared):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
print(sum(name.startswith("omnigen_") for name in sys.modules), [path for path in sys.path if "site-packages" in path])
"""

OPEN_CLIENTS = """
import asyncio
from omnigen_shared.aws.clients import open_client
from omnigen_shared.settings import BaseUnitSettings
async def main():
    for service in ("s3", "secretsmanager"):
        async with open_client(service, BaseUnitSettings(aws_region="eu-central-1")) as client:
            print(client.meta.endpoint_url)
asyncio.run(main())
"""


def run_in_folder(code: str) -> str:
    """What it prints, without the packages of this environment."""
    command = [sys.executable, "-S", "-B", "-c", code]
    ran = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)  # noqa: S603 - this Python
    assert ran.stderr == ""
    return ran.stdout.strip()


def test_every_module_finds_what_it_imports_in_the_folder() -> None:
    modules, _, elsewhere = run_in_folder(IMPORT_EVERYTHING).partition(" ")
    assert int(modules) > 20
    assert elsewhere == "[]"


def test_what_botocore_reads_for_the_two_clients_is_in_the_folder() -> None:
    assert run_in_folder(OPEN_CLIENTS).split() == [
        "https://s3.eu-central-1.amazonaws.com",
        "https://secretsmanager.eu-central-1.amazonaws.com",
    ]


async def invoke(url: str, outputs: StackOutputs, event: dict[str, Any]) -> Any:
    async with open_session().create_client("lambda", **client_options(url)) as functions:
        answer = await functions.invoke(FunctionName=outputs.generator_function_name, Payload=json.dumps(event))
        return json.loads(await answer["Payload"].read())


@pytest.mark.parametrize("event", [{}, {"step": "dance"}])
async def test_what_is_no_step_is_refused(
    emulator_url: str, stack_outputs: StackOutputs, event: dict[str, Any]
) -> None:
    answer = await invoke(emulator_url, stack_outputs, event)
    assert answer["errorType"] == "ValidationError"


async def test_a_step_gets_as_far_as_the_service_that_is_not_there(
    emulator_url: str, stack_outputs: StackOutputs
) -> None:
    job = {"job_id": "01JDEXAMPLE0000000000000000", "user_id": "user-1", "plan": "free", "attempt": 1}
    event = {"step": "plan", "state": "Plan", "started_at": "2026-11-24T12:00:00Z", "job": job}
    answer = await invoke(emulator_url, stack_outputs, event)
    assert answer["errorType"] == "DependencyUnavailableError"
    assert "jobs did not answer" in answer["errorMessage"]
