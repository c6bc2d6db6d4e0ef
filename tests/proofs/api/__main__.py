"""`make prove-api`: schemathesis over the served document, without and with a sign-in."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench.goals import Scoreboard
from tests.proofs.api.asking import Findings, Inquiry
from tests.proofs.api.ground import serve_api, sign_in

LATELY: Final = 4_000
"""So much of a report is shown where there are faults."""


def main() -> int:
    """Each run has a new API: what one has done is no matter of the other's."""
    board = Scoreboard("prove-api")
    cases, seed = int(os.environ.get("CASES") or 20), int(os.environ.get("SEED") or 1)
    with tempfile.TemporaryDirectory(prefix="omnigen-prove-api-") as folder:
        asyncio.run(_prove(Inquiry(Path(folder), cases, seed), board))
    return board.conclude()


async def _prove(inquiry: Inquiry, board: Scoreboard) -> None:
    for who, headers in (("anonymous", {}), ("signed_in", sign_in())):
        async with serve_api() as url:
            _judge(board, who, await inquiry.ask(url, who, headers))


def _judge(board: Scoreboard, who: str, found: Findings) -> None:
    board.tell(f"{who}: {found.cases} cases of {found.operations} operations")
    board.expect_equal(f"{who}.is_complete", found.is_complete, True)
    board.expect_equal(f"{who}.faults", len(found.faults), 0)
    for fault in found.faults:
        board.tell(f"  {fault}")
    if found.faults:
        _, _, report = found.text.partition("FAILURES ")
        board.tell(report[:LATELY])


if __name__ == "__main__":
    sys.exit(main())
