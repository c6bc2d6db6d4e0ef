"""One load, kind after kind: up to the break, the way back to normal, and what is left of it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.goals import Scoreboard
from tests.proofs.load.arrivals import Step, keep_coming
from tests.proofs.load.ground import Ground
from tests.proofs.load.kinds import Kind, Lists, Posts, SignIns, Watches
from tests.proofs.load.knees import Climb, climb
from tests.proofs.load.machine import OTHERS, Reading

USERS: Final = 20
STEP_S: Final = 6
REST_S: Final = 0.5
QUIET_CORES: Final = 0.3
QUIET_WITHIN_S: Final = 15
RECOVERS_WITHIN_S: Final = 10
PROBE_S: Final = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """`within_s` is what nineteen of twenty must stay below for a rate to hold."""

    name: str
    kind: Kind
    first_rate: float
    most_steps: int
    within_s: float


def list_plans(ground: Ground) -> Sequence[Plan]:
    """Posts come before lists, which then have something to tell; streams come last, and leave jobs that take long."""
    return (
        Plan("sign-in", SignIns(ground), 2, 9, 1.5),
        Plan("post", Posts(ground), 1, 9, 1.5),
        Plan("list", Lists(ground), 20, 9, 1),
        Plan("watch", Watches(ground), 20, 9, 1),
    )


async def prove_load(ground: Ground, board: Scoreboard) -> list[Climb]:
    """All kinds, one after the other."""
    await ground.invite(USERS)
    return [await _prove(ground, board, plan) for plan in list_plans(ground)]


async def _prove(ground: Ground, board: Scoreboard, plan: Plan) -> Climb:
    await plan.kind.prepare()
    await _measure(ground, plan.kind, plan.first_rate, 1)  # what is made once is no rate's cost
    board.tell(f"{plan.name}: from {plan.first_rate:g} a second on")

    async def measure(rate: float) -> Step:
        return await _measure(ground, plan.kind, rate, STEP_S)

    way = await climb(plan.name, plan.first_rate, plan.most_steps, plan.within_s, measure)
    recovered_s = await _recover(plan)
    if way.had_company:
        board.skip(f"{plan.name}.knee", "others_took_half_of_the_machine_or_more")
    else:
        board.expect(f"{plan.name}.knee", way.knee, ">0", holds=way.knee > 0)
    errors = sum(outcome.answer.status >= 500 for step in way.held for outcome in step.outcomes)
    board.expect_equal(f"{plan.name}.5xx_below_the_knee", errors, 0)
    undocumented = {told: count for step in way.steps for told, count in step.undocumented.items()}
    board.expect_equal(f"{plan.name}.undocumented", undocumented, {})
    board.expect_at_most(f"{plan.name}.recovers_s", round(recovered_s, 1), RECOVERS_WITHIN_S)
    await _settle(board, plan.kind)
    return way


async def _measure(ground: Ground, kind: Kind, rate: float, seconds: float) -> Step:
    await _become_quiet(ground)
    before = Reading.take(ground.pids)
    outcomes = await keep_coming(rate, seconds, kind.act)
    after = Reading.take(ground.pids)
    await kind.rest()
    return Step(rate, outcomes, after.since(before), after.at_s - before.at_s)


async def _become_quiet(ground: Ground) -> None:
    """What the step before has left to do is no part of the next one."""
    until_s = time.monotonic() + QUIET_WITHIN_S
    while time.monotonic() < until_s:
        before = Reading.take(ground.pids)
        await asyncio.sleep(REST_S)
        cores = Reading.take(ground.pids).since(before)
        if sum(used for name, used in cores.items() if name != OTHERS) < QUIET_CORES:
            return


async def _recover(plan: Plan) -> float:
    """How long after the last answer the first rate holds again."""
    began_s = time.monotonic()
    while (since_s := time.monotonic() - began_s) < 2 * RECOVERS_WITHIN_S:
        outcomes = await keep_coming(plan.first_rate, PROBE_S, plan.kind.act)
        await plan.kind.rest()
        if Step(plan.first_rate, outcomes).holds(plan.within_s):
            return since_s
    return time.monotonic() - began_s


async def _settle(board: Scoreboard, kind: Kind) -> None:
    if isinstance(kind, Posts):
        lost, stuck = await kind.count_lost()
        board.tell(f"post: {len(kind.accepted)} jobs were accepted, {len(kind.sent)} orders sent")
        board.expect_equal("post.lost", lost, 0)
        board.expect_equal("post.never_ended", stuck, 0)
    if isinstance(kind, Watches):
        await kind.call_off()
