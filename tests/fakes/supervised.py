"""A supervisor over one sleeping process: `python supervised.py HOME [refuse]`. HOME/crash makes the process end."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from omnigen_local.background import SupervisedStack, supervise
from omnigen_local.home import Home, StackRecord
from omnigen_local.processes import Processes, Program


class FakeStack:
    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    def record(self) -> StackRecord:
        return StackRecord(
            started_at=datetime.now(UTC),
            gateway_url="http://localhost:8080",
            emulator_url="http://127.0.0.1:1",
            simulator_url="http://127.0.0.1:2",
            user_pool_id="pool",
            user_pool_client_id="client",
        )

    async def wait_for_end(self) -> None:
        await self._processes.wait_for_end()


def main(home: Home, behaviour: str) -> int:
    crash = f"test -e {home.path}/crash && exit 9; "
    script = f"trap 'echo saved; exit' TERM; while :; do {crash}sleep 0.05; done"

    @asynccontextmanager
    async def open_stack() -> AsyncIterator[SupervisedStack]:
        if behaviour == "refuse":
            raise RuntimeError("no emulator here")
        async with Processes(home.log_dir) as processes:
            running = await processes.start(
                Program("sleeper", ("/bin/sh", "-c", f"echo pid $$; {script}"), {"PATH": os.environ["PATH"]})
            )
            (home.path / "sleeper.pid").write_text(str(running.pid))
            yield FakeStack(processes)

    return asyncio.run(supervise(home, open_stack))


if __name__ == "__main__":
    sys.exit(main(Home(Path(sys.argv[1])), sys.argv[2] if len(sys.argv) > 2 else ""))
