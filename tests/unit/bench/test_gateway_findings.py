"""What the gateway's bench makes of its rounds."""

import pytest
from bench.gateway.findings import Findings
from bench.gateway.load import Loaded


def add(findings: Findings, peer: str, *rounds: tuple[int, float], connections: int = 32) -> None:
    """Rounds of so many requests, in so many ms of CPU; a request takes as long as the CPU of the round."""
    for requests, used_ms in rounds:
        findings.add(peer, connections, Loaded(requests, requests // 10, 1, used_ms * 1000), used_ms / 1000)


@pytest.fixture
def findings() -> Findings:
    made = Findings()
    add(made, "ours", (100, 10), (100, 30), (200, 80))
    add(made, "floor", (100, 20), (100, 20), (100, 20))
    add(made, "ours", (10, 1), connections=1)
    return made


def test_a_request_costs_what_the_median_round_says(findings: Findings) -> None:
    assert findings.cpu_us("ours", 32) == pytest.approx(300)
    assert findings.p50_us("ours", 32) == pytest.approx(30_000)


def test_ratios_are_those_within_rounds(findings: Findings) -> None:
    add(findings, "slow", (100, 100), (100, 200), (100, 20))
    assert findings.ratio("ours", "floor", 32) == pytest.approx(1.5)
    assert findings.ratio("slow", "floor", 32) == pytest.approx(5)
    assert findings.p50_ratio("ours", "slow", 32) == pytest.approx(0.15)


def test_a_peer_that_missed_a_round_is_not_compared(findings: Findings) -> None:
    add(findings, "late", (100, 10))
    with pytest.raises(ValueError, match="longer"):
        findings.ratio("late", "floor", 32)


def test_requests_are_counted_over_rounds_and_connections(findings: Findings) -> None:
    assert (findings.requests("ours", 32), findings.requests("ours", 1)) == (400, 10)
    assert (findings.refused("ours"), findings.broken("ours")) == (41, 4)
    assert (findings.peers, findings.list_peers(1)) == (["ours", "floor"], ["ours"])
