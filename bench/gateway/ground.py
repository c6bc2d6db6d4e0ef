"""What all peers stand on: the service behind them, tokens and their key, and what a gateway asks of AWS and quota."""

import shutil
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from tests.fakes.gateway_process import serve_surroundings, sign_tokens
from tests.fakes.rate_table import FakeRateTable
from tests.fakes.tokens import provider_key

from bench.gateway.job import BODY
from omnigen_local.addresses import choose_ports
from omnigen_local.environments import process_environment
from omnigen_local.processes import Processes, Program, Running
from omnigen_shared.contracts.spending import PlanName

TOKENS: Final = 64
STARTS_WITHIN_S: Final = 120
RIVALS: Final = Path(__file__).with_name("rivals")


@dataclass(frozen=True)
class Ground:
    """`upstream` is host and port of the service behind the gateways, `gateway` what one is told as it is shipped."""

    folder: Path
    processes: Processes
    upstream: str
    gateway: Mapping[str, str]
    rates: FakeRateTable
    """What quota has counted."""

    @property
    def public_key(self) -> Path:
        return self.folder / "public.pem"

    def tokens(self, plan: PlanName) -> Path:
        """64 users of a plan, a token a line."""
        return self.folder / f"{plan}.tokens"

    async def start(self, name: str, argv: Iterable[str], port: int, settings: Mapping[str, str]) -> Running:
        """A process of a peer, ready to be used."""
        environment = {**process_environment(self.folder), "PORT": str(port), **settings}
        program = Program(name, tuple(argv), environment, f"http://127.0.0.1:{port}/health")
        running = await self.processes.start(program)
        await running.wait_ready(STARTS_WITHIN_S)
        return running

    def write_config(self, template: str, name: str, **values: object) -> Path:
        """One of the rivals' configurations, filled in."""
        path = self.folder / f"{name}{Path(template).suffix}"
        text = Template((RIVALS / template).read_text())
        path.write_text(text.substitute(values, folder=self.folder, name=name, upstream=self.upstream))
        return path


@asynccontextmanager
async def open_ground(folder: Path) -> AsyncIterator[Ground]:
    """All of it runs until the block ends."""
    [port] = choose_ports(1)
    async with serve_surroundings() as around, Processes(folder / "logs") as processes:
        url = f"http://127.0.0.1:{port}"
        settings = {**around.settings, "JOBS_URL": url, "OTLP_ENDPOINT": url, "OTLP_METRICS_ENDPOINT": url}
        ground = Ground(folder, processes, f"127.0.0.1:{port}", settings, around.rates)
        ground.public_key.write_bytes(provider_key().public_pem())
        for plan in (PlanName.FREE, PlanName.ENTERPRISE):
            ground.tokens(plan).write_text("".join(f"{token}\n" for token in sign_tokens(plan, TOKENS)))
        config = ground.write_config("upstream.conf", "upstream", port=port, body=BODY)
        await ground.start("upstream", (find_program("nginx"), "-c", str(config)), port, {})
        yield ground


def find_program(name: str) -> str:
    """Where it is; "" when it is not installed. Debian's servers are not on everybody's path."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin") or ""
