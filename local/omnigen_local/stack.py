"""The whole product on this machine: emulator, what is deployed in it, provider simulator and the four services.

Started in the order in which others need it; ended the other way round: the services first (they give back leases that
lie in the emulator), then the emulator (it saves what it holds), then the simulator.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from omnigen_local.addresses import LOOPBACK, Ports
from omnigen_local.artefacts import ROOT
from omnigen_local.credentials import SigningCredentials
from omnigen_local.emulator import Emulator
from omnigen_local.environments import (
    Environment,
    Urls,
    process_environment,
    service_environments,
    simulator_environment,
    stack_parameters,
    studio_environment,
    trace_environment,
)
from omnigen_local.home import StackRecord
from omnigen_local.identities import Identities
from omnigen_local.processes import ProcessEndedError, Processes, Program, Running, describe_exit, wait_all_ready
from omnigen_local.provisioning import StackOutputs, StackParameters, provision
from omnigen_local.racing import race

SIMULATOR: Final = "simulator"
EnterPhase = Callable[[str], object]
"""Told the name of each phase as it begins."""


@dataclass(frozen=True, slots=True)
class StackPlan:
    """What to start, and where it may write."""

    state_dir: Path
    log_dir: Path
    ports: Ports = field(default_factory=Ports.choose)
    keep_emulator_state: bool = False
    """Whether tables, objects and users are there again at the next start from the same folder."""
    overrides: Mapping[str, Environment] = field(default_factory=dict)
    """By unit (generator and simulator too): settings over those that the stack gives it."""
    trace_file: Path | None = None
    """Where every process appends its spans."""
    signing_dir: Path | None = None
    """Where the credentials of videos are kept; None: with the state."""
    artefacts_root: Path = ROOT
    """Below which lies what the addons deploy: the Lambda's code, the workflow."""


class LocalStack:
    """An async context manager; inside it everything is ready. ProcessEndedError when a part does not get there."""

    def __init__(self, plan: StackPlan, enter_phase: EnterPhase = lambda _name: None) -> None:
        self.plan = plan
        self.outputs: StackOutputs
        self._enter_phase = enter_phase
        self._cleanup = AsyncExitStack()
        self._emulator = _emulator_of(plan)
        self._simulators = Processes(plan.log_dir)
        self._services = Processes(plan.log_dir)
        self._identities = Identities.load_or_create(plan.state_dir / "identities.json")
        self._signing = SigningCredentials.load_or_create(plan.signing_dir or plan.state_dir / "signing")
        self._urls = _urls_of(plan.ports, self._emulator.url)
        self._scratch_dir = plan.state_dir / "tmp"

    async def __aenter__(self) -> Self:
        self._scratch_dir.mkdir(parents=True, exist_ok=True)
        async with AsyncExitStack() as stack:
            self._enter_phase("emulator")
            await stack.enter_async_context(self._simulators)
            simulator = await self._simulators.start(self._simulator_program())
            await stack.enter_async_context(self._emulator)
            self._enter_phase("provisioning")
            await stack.enter_async_context(self._services)
            self.outputs = await provision(self._emulator.url, self._stack_parameters(), self.plan.artefacts_root)
            self._enter_phase("services")
            services = [await self._services.start(program) for program in self._service_programs()]
            await wait_all_ready([simulator, *services])
            self._cleanup = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._enter_phase("stopping")
        finally:  # whoever is told may be gone
            await self._cleanup.aclose()

    def record(self) -> StackRecord:
        """Where everything is."""
        return StackRecord(
            started_at=datetime.now(UTC),
            gateway_url=self._urls.gateway,
            emulator_url=self._emulator.url,
            simulator_url=self._urls.simulator,
            user_pool_id=self.outputs.user_pool_id,
            user_pool_client_id=self.outputs.user_pool_client_id,
            usage_table=self.outputs.usage_table_name,
            parts=(*self._services.parts(), *self._simulators.parts(), *self._emulator.parts()),
        )

    @property
    def emulator_url(self) -> str:
        """Known before the stack is started."""
        return self._emulator.url

    @property
    def identities(self) -> Identities:
        """Who may call whom in it."""
        return self._identities

    def get_running(self, name: str) -> Running:
        """The process of a service or of the simulator; KeyError when there is none."""
        running = self._services.find(name) or self._simulators.find(name)
        if running is None:
            raise KeyError(name)
        return running

    async def start_again(self, name: str) -> Running:
        """A process that has ended, as it was: at its port, with its environment. It may not be ready yet."""
        group = self._simulators if name == SIMULATOR else self._services
        return await group.start(self.get_running(name).program)

    async def wait_for_end(self) -> None:
        """Never returns: raises ProcessEndedError as soon as a part of the stack ends on its own."""
        await race(self._simulators.wait_for_end(), self._services.wait_for_end(), self._wait_for_emulator())

    async def _wait_for_emulator(self) -> None:
        code = await self._emulator.wait()
        raise ProcessEndedError("emulator", describe_exit(code), self.plan.log_dir / "emulator.log")

    def _stack_parameters(self) -> StackParameters:
        overrides = {**trace_environment(self.plan.trace_file), **self.plan.overrides.get("generator", {})}
        return stack_parameters(self._urls, self._identities).model_copy(update={"generator_overrides": overrides})

    def _simulator_program(self) -> Program:
        environment = simulator_environment(self._urls, self._identities, self.plan.state_dir / "simulator")
        port = {"SIMULATOR_PORT": str(self.plan.ports.simulator)}
        return self._program(SIMULATOR, "omnigen_local.simulator", {**environment, **port})

    def _service_programs(self) -> list[Program]:
        environments = service_environments(self._urls, self._identities, self._signing, self.outputs)
        environments["gateway"] |= studio_environment()
        return [
            self._program(name, f"omnigen_{name}", {**environment, "PORT": str(self.plan.ports.of(name))})
            for name, environment in environments.items()
        ]

    def _program(self, name: str, module: str, environment: Environment) -> Program:
        common = process_environment(self._scratch_dir) | trace_environment(self.plan.trace_file)
        whole = {**common, **environment, **self.plan.overrides.get(name, {})}
        ready_url = f"{self.plan.ports.url(name)}/ready"
        return Program(name, (sys.executable, "-P", "-m", module), whole, ready_url)


def _urls_of(ports: Ports, emulator_url: str) -> Urls:
    """One host name for what browsers see: cookies belong to names, not to ports."""
    return Urls(
        gateway=f"http://localhost:{ports.gateway}",
        jobs=ports.url("jobs"),
        quota=ports.url("quota"),
        composer=ports.url("composer"),
        simulator=ports.url("simulator"),
        emulator=emulator_url,
        s3_public=emulator_url.replace(LOOPBACK, "localhost"),
    )


def _emulator_of(plan: StackPlan) -> Emulator:
    state_dir = plan.state_dir / "emulator" if plan.keep_emulator_state else None
    return Emulator(state_dir, plan.log_dir / "emulator.log")
