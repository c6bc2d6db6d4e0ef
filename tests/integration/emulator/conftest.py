"""A stack beside the shared one, whose Lambda and state machine are small enough to see through."""

import asyncio
import sys
from functools import partial
from pathlib import Path

import pytest
from tests.integration.emulator.machines import RunMachine, run_to_end

from omnigen_local.artefacts import zip_folder
from omnigen_local.provisioning import StackOutputs, StackParameters, provision

SOURCES = Path(__file__).parent / "tiny"


@pytest.fixture(scope="session")
def tiny_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with a generator of a few lines; the runtime interface client comes from this environment."""
    root = tmp_path_factory.mktemp("tiny")
    package = root / "code" / "omnigen_generator"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "handler.py").write_text((SOURCES / "handler.py").read_text())
    bootstrap = root / "code" / "bootstrap"
    bootstrap.write_text(f'#!/bin/sh\nexec {sys.executable} -m awslambdaric "$_HANDLER"\n')
    bootstrap.chmod(0o755)
    for name in ("build", "workflow"):
        (root / name).mkdir()
    (root / "build" / "generator-local.zip").write_bytes(zip_folder(root / "code"))
    (root / "workflow" / "omnigen.asl.json").write_text((SOURCES / "machine.asl.json").read_text())
    return root


@pytest.fixture(scope="session")
def tiny_parameters(stack_parameters: StackParameters) -> StackParameters:
    return stack_parameters.model_copy(update={"env": "tiny", "state_machine_type": "STANDARD"})


@pytest.fixture(scope="session")
def tiny_outputs(emulator_url: str, tiny_parameters: StackParameters, tiny_root: Path) -> StackOutputs:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(provision(emulator_url, tiny_parameters, tiny_root))


@pytest.fixture
def run_machine(emulator_url: str, tiny_outputs: StackOutputs) -> RunMachine:
    """Runs the tiny machine to its end and returns its output."""
    return partial(run_to_end, emulator_url, tiny_outputs.state_machine_arn)
