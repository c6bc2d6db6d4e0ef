"""AWS on this machine: ministack as one process on a free loopback port, in a virtual environment of its own."""

import os
import shutil
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Final, Self

from omnigen_local import run_emulator
from omnigen_local.addresses import CREDENTIALS, LOOPBACK, NO_ACCOUNTS, REGION, choose_ports
from omnigen_local.home import Part
from omnigen_local.processes import Processes, Program, Running
from omnigen_local.run_lambda import LOG_VARIABLE

ROOT: Final = Path(__file__).parents[2]
PYTHON: Final = ROOT / ".venv-emulator" / "bin" / "python"
GRACE_S: Final = 120.0
"""It saves its tables only while it shuts down, so it gets long to do so."""
LAMBDA_WORKERS: Final = 8
"""How many run at once; beyond it an invocation is refused, and retried by the state machine a second or more later.

A cold start takes some 0.45 s of CPU and 60 MB. Eight cover a 30 s video without a refusal, and bound what a long one
costs this machine.
"""
_PORTS: Final = range(18_000, 20_000)
"""Below those of the other processes, and never taken by an outgoing connection."""


class Emulator:
    """A running emulator. Use as an async context manager; `url` is its endpoint for every AWS service.

    With a `state_dir` tables, buckets, users and the deployed stack are kept there over a stop and a start; without
    one they end with it. Its log is written to `log_path`, what its Lambdas print to generator.log beside it.
    """

    def __init__(self, state_dir: Path | None, log_path: Path, port: int | None = None) -> None:
        self._state_dir = state_dir
        self._log_path = log_path
        self._port = choose_ports(1, _PORTS)[0] if port is None else port
        self._cleanup = AsyncExitStack()
        self._processes = Processes(log_path.parent, GRACE_S)
        self._running: Running | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            scratch = Path(mkdtemp(prefix="omnigen-emulator-"))
            stack.callback(shutil.rmtree, scratch, ignore_errors=True)
            await stack.enter_async_context(self._processes)
            self._running = await self._processes.start(self._program(scratch))
            await self._running.wait_ready()
            self._cleanup = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._cleanup.aclose()

    def parts(self) -> list[Part]:
        """Its process."""
        return self._processes.parts()

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        if self._running is None:
            raise RuntimeError("Emulator is used outside of its context")
        return await self._running.wait()

    def _program(self, scratch: Path) -> Program:
        return Program(
            name=self._log_path.stem,
            argv=(str(PYTHON), "-P", run_emulator.__file__),
            environment=emulator_environment(self._port, scratch, self._state_dir, self._log_path.parent),
            ready_url=f"{self.url}/_ministack/health",
        )


def emulator_environment(port: int, scratch: Path, state_dir: Path | None, log_dir: Path) -> Mapping[str, str]:
    """All that the emulator, and the Lambda workers that it starts, get to know. `scratch` is its TMPDIR."""
    environment = {
        # Its own Python comes first: the Lambda's wheels are built for that one, whatever `python3` is elsewhere.
        "PATH": os.pathsep.join((str(PYTHON.parent), os.environ.get("PATH", os.defpath))),
        "TMPDIR": str(scratch),
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_ACCOUNT_CONCURRENCY": str(LAMBDA_WORKERS),
        "LOG_LEVEL": "INFO",
        LOG_VARIABLE: str(log_dir / "generator.log"),
        **CREDENTIALS,
        **NO_ACCOUNTS,
    }
    if state_dir is not None:
        environment |= {
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state_dir / "tables"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state_dir / "buckets"),
        }
    return environment
