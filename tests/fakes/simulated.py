"""The provider simulator as a process, for tests of its callers."""

import base64
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp

from omnigen_local.addresses import Ports
from omnigen_local.environments import process_environment
from omnigen_local.processes import Processes, Program

TOKEN: Final = "r8_contract"
LATENCY_S: Final = "0.1"
SECRET: Final = "whsec_" + base64.b64encode(b"a webhook secret of a test").decode()


@dataclass(frozen=True, slots=True)
class Simulated:
    """A running simulator."""

    url: str

    async def tell(self, faults: str, **rule: Any) -> None:
        """From now on, the faults."""
        async with (
            aiohttp.ClientSession(self.url) as session,
            session.post("/_simulator/faults", json={"faults": faults, **rule}) as answer,
        ):
            assert answer.ok, await answer.text()

    async def forget(self) -> None:
        """No faults any more."""
        async with aiohttp.ClientSession(self.url) as session, session.delete("/_simulator/faults") as answer:
            assert answer.ok

    async def bill(self) -> list[dict[str, Any]]:
        """One row per charged prediction."""
        async with aiohttp.ClientSession(self.url) as session, session.get("/_simulator/bill") as answer:
            rows: list[dict[str, Any]] = (await answer.json())["rows"]
            return rows


@asynccontextmanager
async def run_simulator(folder: Path) -> AsyncIterator[Simulated]:
    """On a free port, answering fast, its state under the folder."""
    port = Ports.choose().simulator
    url = f"http://127.0.0.1:{port}"
    latencies = {f"SIMULATOR_{kind}_LATENCY_S": LATENCY_S for kind in ("VIDEO", "MUSIC", "SPEECH", "LANGUAGE")}
    environment = {
        **process_environment(folder),
        **latencies,
        "SIMULATOR_PORT": str(port),
        "SIMULATOR_PUBLIC_URL": url,
        "SIMULATOR_STATE_DIR": str(folder / "state"),
        "SIMULATOR_API_TOKEN": TOKEN,
        "SIMULATOR_WEBHOOK_SECRET": SECRET,
    }
    argv = (sys.executable, "-m", "omnigen_local.simulator")
    async with Processes(folder) as processes:
        running = await processes.start(Program("simulator", argv, environment, f"{url}/ready"))
        await running.wait_ready()
        yield Simulated(url)
