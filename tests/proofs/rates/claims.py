"""What is claimed of the rate limit, tried on worlds that a seed draws: other loads, fleets and networks each time."""

import logging
from collections.abc import Callable, Iterator
from random import Random

import structlog
from bench.goals import Scoreboard
from tests.proofs.rates.network import Weather
from tests.proofs.rates.world import Result, Station, World, run_world

LIMITS = (100, 600, 3000)
HELD_AT_MOST = 12
"""By one gateway: a lease, and the two for whose sake the next one was asked for early."""


def prove_rates(board: Scoreboard, seeds: range, limits: tuple[int, ...] = LIMITS) -> None:
    """Every claim under every limit and every seed, and under a limit of the seed's own."""
    # Each failed call of a bad network is logged; here they are many, and meant.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for seed in seeds:
        for limit in (*limits, Random(seed).randint(min(limits), max(limits))):  # noqa: S311 - drawn again by its seed
            for claim in CLAIMS:
                claim(board, limit, seed)


def claim_full_use(board: Scoreboard, limit: int, seed: int) -> None:
    """Two gateways under five times the limit, however it is spread over them and over time."""
    random = Random(seed)  # noqa: S311
    stations = [Station(random.choice((1, 1, 3, 20)), skew_s=random.uniform(-1e6, 1e6)) for _ in range(2)]
    result = run_world(World(limit, stations, load=5, seed=seed, bursts=random.choice((1, 1, 5, limit // 4))))
    name = f"rates.full_use[limit={limit},seed={seed}]"
    _expect_bounded(board, name, result)
    board.expect_at_most(f"{name}.writes_per_request", result.writes_per_request, 0.1)
    for passed in _passed(result):
        board.expect(f"{name}.passed", passed, f">={0.95 * limit:g}", holds=passed >= 0.95 * limit)


def claim_patience(board: Scoreboard, limit: int, seed: int) -> None:
    """Twenty gateways at the limit itself: nobody is refused while less than nine tenths have passed."""
    random = Random(seed)  # noqa: S311
    stations = [Station(random.choice((1, 1, 1, 5))) for _ in range(20)]
    result = run_world(World(limit, stations, load=1, seed=seed))
    name = f"rates.patience[limit={limit},seed={seed}]"
    _expect_bounded(board, name, result)
    for window in result.whole:
        first = limit if window.refused_at is None else window.refused_at
        board.expect(f"{name}.passed_before_refusal", first, f">={0.9 * limit:g}", holds=first >= 0.9 * limit)
        board.expect_equal(f"{name}.uncounted", window.unknown, 0)


def claim_turnover(board: Scoreboard, limit: int, seed: int) -> None:
    """Gateways that join, leave and crash with what they hold: only that is missing."""
    random = Random(seed)  # noqa: S311
    stations = [Station(), *(_passing_station(random) for _ in range(6))]
    result = run_world(World(limit, stations, load=5, seed=seed))
    name = f"rates.turnover[limit={limit},seed={seed}]"
    _expect_bounded(board, name, result)
    held = HELD_AT_MOST * sum(station.crashes for station in stations)
    for passed in _passed(result):
        goal = 0.95 * limit - held
        board.expect(f"{name}.passed", passed, f">={goal:g}", holds=passed >= goal)


def claim_bad_network(board: Scoreboard, limit: int, seed: int) -> None:
    """Calls are lost, answered in vain, late and twice: never is one request too many let through."""
    random = Random(seed)  # noqa: S311
    weather = Weather(0.02, *(random.uniform(0, 0.2) for _ in range(3)))
    stations = [Station(random.random(), skew_s=random.uniform(-1e6, 1e6)) for _ in range(random.randint(2, 6))]
    result = run_world(World(limit, stations, load=random.uniform(1, 3), seed=seed, weather=weather, quota_processes=3))
    _expect_bounded(board, f"rates.bad_network[limit={limit},seed={seed}]", result)


CLAIMS: tuple[Callable[[Scoreboard, int, int], None], ...] = (
    claim_full_use,
    claim_patience,
    claim_turnover,
    claim_bad_network,
)


def _passing_station(random: Random) -> Station:
    joins_s = random.uniform(0, 90)
    leaves_s = joins_s + random.uniform(1, 60)
    return Station(random.random(), joins_s, leaves_s, crashes=random.random() < 0.5, skew_s=random.uniform(-1e6, 1e6))


def _passed(result: Result) -> Iterator[int]:
    yield from (window.passed for window in result.whole)


def _expect_bounded(board: Scoreboard, name: str, result: Result) -> None:
    for passed in _passed(result):
        board.expect_at_most(f"{name}.passed", passed, result.world.limit)
