"""The worker is killed before and after each of its calls, one at a time: nothing is paid twice or forgotten."""

from tests.fakes.generator_provider import Fault
from tests.fakes.generator_world import CLIPS, World
from tests.fakes.kill_switch import KillSwitch

from omnigen_shared.contracts.job import IntentStatus, JobStatus

UNKNOWN_FATE = "outcome_unknown"
CLOSED = {IntentStatus.SETTLED, IntentStatus.REFUNDED}
UNSURE = {IntentStatus.SENDING, IntentStatus.UNKNOWN}


def a_world(*faults: Fault) -> World:
    """Two scenes and music: every arrow of a paid call, three times over."""
    world = World()
    world.provider.script(CLIPS, *faults)
    world.order(duration_s=9)
    return world


def count_calls(*faults: Fault) -> int:
    switch = KillSwitch()
    a_world(*faults).run(switch)
    return switch.calls


def check(world: World) -> None:
    """Whatever happened: at most one bill per input, and quota holds exactly what nobody knows the fate of."""
    assert set(world.provider.bill().values()) <= {1}
    unsure = [intent for intent in world.snapshot.intents if intent.status in UNSURE]
    assert world.quota.held_microusd("job_1") == sum(intent.price_microusd for intent in unsure)
    assert {intent.status for intent in world.snapshot.intents} <= UNSURE | CLOSED


def test_a_kill_after_any_call_pays_once_and_the_job_completes() -> None:
    total = count_calls()
    assert total > 60
    for at in range(1, total + 1):
        world = a_world()
        job = world.run(KillSwitch(at))
        check(world)
        if job.status is not JobStatus.COMPLETED:
            assert job.problem is not None
            assert job.problem.code == UNKNOWN_FATE, f"call {at}"


def test_a_kill_before_any_call_pays_once() -> None:
    """Killed between the fence and the create, a call was not made, and nobody can know that: it is not sent again."""
    unknown = 0
    for at in range(1, count_calls() + 1):
        world = a_world()
        job = world.run(KillSwitch(at, is_before=True))
        check(world)
        if job.status is not JobStatus.COMPLETED:
            assert job.problem is not None
            assert job.problem.code == UNKNOWN_FATE, f"call {at}"
            unknown += 1
    assert unknown == 2, "only the two clips' creates"


def test_a_kill_at_any_call_of_a_failing_job_gives_all_back() -> None:
    for at in range(1, count_calls(Fault.FAILED) + 1):
        world = a_world(Fault.FAILED)
        job = world.run(KillSwitch(at))
        check(world)
        assert job.status is JobStatus.FAILED
