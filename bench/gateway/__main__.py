"""`make bench-gateway`: the CPU of a request, in ours and in others, all under the same load in one run."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.gateway.findings import Findings
from bench.gateway.ground import Ground, find_program, open_ground
from bench.gateway.load import Loaded, load
from bench.gateway.peers import PEERS, Peer
from bench.goals import Scoreboard
from bench.processes import cpu_s
from omnigen_local.environments import forget_accounts
from omnigen_shared.contracts.spending import PlanName

ROUNDS: Final = int(os.environ.get("ROUNDS") or 5)
LEG_S: Final = 1
CONNECTIONS: Final = (32, 1)
"""Many at once, where a process is always busy; one, where every request wakes all who take part."""
REFUSING: Final = "refusing"
"""Ours as shipped, for users who have used up their minute."""
GOALS: Final = (
    ("bare", "floor", 0.85),
    ("bare", "aiohttp", 0.5),
    ("bare", "auth_request", 1.15),
    ("bare", "haproxy", 2.3),
    ("shipped", "bare", 1.4),
)
P50_TO_FLOOR: Final = 2.2
COMPARED: Final = ("floor", "least", "haproxy", "bare")
"""With whom the tables compare everybody."""


def main() -> int:
    """Measure, print the tables, compare with the goals."""
    forget_accounts(os.environ)
    board = Scoreboard("bench-gateway")
    missing = [name for name in ("nginx", "wrk") if not find_program(name)]
    if missing:
        board.skip("everything", f"install_it:_apt_install_{'_'.join(missing)}")
        return board.conclude()
    with tempfile.TemporaryDirectory(prefix="omnigen-bench-gateway-") as folder:
        findings = asyncio.run(_measure(Path(folder), board))
    for connections in CONNECTIONS:
        _print(findings, connections)
        _judge(findings, connections, board)
    p50 = findings.p50_ratio("bare", "floor", 1)
    board.expect_at_most("p50_at_1.bare_to_floor", round(p50, 3), P50_TO_FLOOR)
    return board.conclude()


async def _measure(folder: Path, board: Scoreboard) -> Findings:
    findings = Findings()
    async with open_ground(folder) as ground:
        peers = {}
        for name, start in PEERS.items():
            if name == "haproxy" and not find_program(name):
                board.skip(name, "install_it:_apt_install_haproxy")
                continue
            peers[name] = await start(ground)
        for number in range(ROUNDS):
            board.tell(f"round {number + 1} of {ROUNDS}")
            await _run_round(ground, peers, findings)
        _expect_counted(ground, findings, board)
    return findings


async def _run_round(ground: Ground, peers: dict[str, Peer], findings: Findings) -> None:
    for connections in CONNECTIONS:
        for name, peer in peers.items():
            tokens = ground.tokens(PlanName.ENTERPRISE)
            # What is looked up now and then (keys, users) is looked up here; one connection would not get round to all.
            await load(peer.port, tokens, CONNECTIONS[0], LEG_S)
            findings.add(name, connections, *await _run_leg(peer, tokens, connections))
    while True:
        loaded, used_s = await _run_leg(peers["shipped"], ground.tokens(PlanName.FREE), CONNECTIONS[0])
        if loaded.refused == loaded.requests:
            break
    findings.add(REFUSING, CONNECTIONS[0], loaded, used_s)


async def _run_leg(peer: Peer, tokens: Path, connections: int) -> tuple[Loaded, float]:
    before_s = cpu_s(peer.pids)
    loaded = await load(peer.port, tokens, connections, LEG_S)
    return loaded, cpu_s(peer.pids) - before_s


def _expect_counted(ground: Ground, findings: Findings, board: Scoreboard) -> None:
    """Nobody was refused whose minute was not used up; and every request that passed was leased from quota."""
    for name in findings.peers:
        board.expect_equal(f"{name}.broken", findings.broken(name), 0)
        if name != REFUSING:
            board.expect_equal(f"{name}.refused", findings.refused(name), 0)
    leased = sum(ground.rates.leased.values())
    passed = sum(findings.requests("shipped", connections) for connections in CONNECTIONS)
    board.expect("shipped.leased", leased, f">={passed}", holds=leased >= passed)


def _judge(findings: Findings, connections: int, board: Scoreboard) -> None:
    for name, other, goal in GOALS:
        if other in findings.peers:
            ratio = round(findings.ratio(name, other, connections), 3)
            board.expect_at_most(f"cpu_at_{connections}.{name}_to_{other}", ratio, goal)


def _print(findings: Findings, connections: int) -> None:
    compared = [name for name in COMPARED if name in findings.peers]
    table = Table(title=f"connections: {connections}; medians of {ROUNDS} rounds")
    for column in ("", "CPU us a request", *(f"to {name}" for name in compared), "p50 us", "requests"):
        table.add_column(column, justify="right" if column else "left")
    for name in findings.list_peers(connections):
        ratios = (findings.ratio(name, other, connections) for other in compared)
        table.add_row(
            *(name, f"{findings.cpu_us(name, connections):.1f}", *(f"{ratio:.2f}" for ratio in ratios)),
            *(f"{findings.p50_us(name, connections):.0f}", str(findings.requests(name, connections))),
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    sys.exit(main())
