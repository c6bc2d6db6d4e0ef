"""`make prove-streams`: thousands of idle streams, vanishing and slow readers, at the gateway and on to jobs."""

import asyncio
import os
import resource
import sys
import tempfile
from pathlib import Path

from bench.goals import Scoreboard
from tests.proofs.streams.claims import open_ground, prove_slow_readers, prove_streams
from tests.proofs.streams.whole import open_whole, prove_whole

from omnigen_local.environments import forget_accounts

SPARE_DESCRIPTORS = 1_000


def main() -> int:
    """As many as asked for; each takes two descriptors, in the gateway and here."""
    forget_accounts(os.environ)
    board = Scoreboard("prove-streams")
    most = _raise_limit()
    wanted, whole = int(os.environ.get("STREAMS") or 9_000), int(os.environ.get("WHOLE") or 4_000)
    streams = min(wanted, (most - SPARE_DESCRIPTORS) // 2)
    if streams < wanted:
        board.skip(f"streams[{wanted}]", f"a_process_may_have_{most}_descriptors")
    with tempfile.TemporaryDirectory(prefix="omnigen-prove-streams-") as folder:
        asyncio.run(_prove(Path(folder), board, streams))
        asyncio.run(_prove_whole(Path(folder), board, min(whole, streams)))
    return board.conclude()


async def _prove(folder: Path, board: Scoreboard, streams: int) -> None:
    async with open_ground(folder) as ground:
        await prove_slow_readers(ground, board)
        await prove_streams(ground, board, streams)


async def _prove_whole(folder: Path, board: Scoreboard, streams: int) -> None:
    async with open_whole(folder) as whole:
        await prove_whole(whole, board, streams)


def _raise_limit() -> int:
    """To what may be had; the gateway's process inherits it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


if __name__ == "__main__":
    sys.exit(main())
