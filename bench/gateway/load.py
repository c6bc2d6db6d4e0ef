"""The load: wrk, one thread, keep-alive, tokens in turn. It answers for what it has sent, and how it was answered."""

import asyncio
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

PATH: Final = "/api/v1/jobs/job_1"
_SCRIPT: Final = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of it. `refused` answers had another status than 2xx or 3xx, `broken` ones were none."""

    requests: int
    refused: int
    broken: int
    p50_us: float


async def load(port: int, tokens: Path, connections: int, seconds: int) -> Loaded:
    """Ask for as long as that, as fast as the connections allow."""
    command = ("-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(_SCRIPT), f"http://127.0.0.1:{port}{PATH}")
    wrk = await asyncio.create_subprocess_exec(
        "wrk", *command, "--", str(tokens), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = await wrk.communicate()
    if wrk.returncode != 0:
        raise RuntimeError(f"wrk failed: {output.decode()}")
    return Loaded(**orjson.loads(output.splitlines()[-1]))
