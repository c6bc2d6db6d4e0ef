"""jobs' client against the real quota service, over a socket: what each believes of the other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from tests.fakes.jobs_bench import (
    CLIP,
    JOB,
    PRIVATE,
    PUBLIC,
    USER,
    JobsBench,
    make_job,
    make_order,
    make_output,
    make_problem,
)
from tests.fakes.loopback import serve_app
from tests.fakes.rate_table import FakeRateTable
from tests.fakes.usage_table import FakeUsageTable

from omnigen_jobs.clients.quota import QuotaClient
from omnigen_jobs.domain.records import Intent, Job, Money
from omnigen_jobs.domain.rounds import Wish
from omnigen_quota.app import Adapters, create_app
from omnigen_quota.domain.bookings import BookingMark, IntentMark, MonthState
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.base import IntentId, JobId
from omnigen_shared.contracts.job import IntentStatus, JobStatus
from omnigen_shared.contracts.media import Resolution
from omnigen_shared.errors import (
    DependencyUnavailableError,
    PlanLimitError,
    QuotaExceededError,
    RemoteProblemError,
    SpendingPausedError,
)
from omnigen_shared.identity import IdentitySigner
from omnigen_shared.testing.clock import FrozenClock

MONTH = "2026-11"


@dataclass
class World:
    """Quota with its books, and jobs' way to it."""

    table: FakeUsageTable
    clock: FrozenClock
    client: InternalClient
    quota: QuotaClient

    @property
    def state(self) -> MonthState:
        return MonthState.from_item(self.table.months[(USER, MONTH)])

    async def spend(self, job: Job, intent_id: str = CLIP, price: int = 100_000) -> None:
        """As the generator does."""
        path = f"/internal/v1/reservations/{MONTH}/{job.job_id}/intents/{intent_id}"
        await self.client.call("PUT", path, subject=USER, body={"price_microusd": price})


@pytest.fixture
async def world() -> AsyncIterator[World]:
    table, clock = FakeUsageTable(), FrozenClock()
    # The generator's calls are signed with the same key here, so that one client can make both.
    settings = QuotaSettings(usage_table="usage", identity_public_keys={"jobs": [PUBLIC], "generator": [PUBLIC]})
    async with serve_app(create_app(settings, Adapters(table, FakeRateTable(), clock))) as url:
        signer = IdentitySigner("jobs", PRIVATE)
        async with (
            InternalClient("quota", url, signer) as client,
            InternalClient("quota", url, IdentitySigner("generator", PRIVATE)) as generator,
        ):
            yield World(table, clock, generator, QuotaClient(client))


MUSIC = Intent(
    intent_id=IntentId("music.1"),
    status=IntentStatus.REFUNDED,
    model="m",
    fingerprint="f" * 64,
    price_microusd=1,
    input={},
    month=MONTH,
    reservation_id=JOB,
)


def job_of(world: World, **changes: object) -> Job:
    return make_job(world.clock, **changes)


async def test_a_reservation_is_made_once(world: World) -> None:
    for _ in range(2):
        reservation = await world.quota.reserve(job_of(world))
        assert (reservation.month, reservation.max_cost_microusd) == (MONTH, 571_250)
    assert (world.state.videos, world.state.open_jobs) == (1, 1)


async def test_a_full_quota_says_which_and_until_when(world: World) -> None:
    for number in range(2):
        await world.quota.reserve(job_of(world, job_id=JobId(f"job_{number:032x}")))
    with pytest.raises(QuotaExceededError) as refused:
        await world.quota.reserve(job_of(world))
    assert refused.value.retry_after_s
    assert {"cap", "used", "limit", "resets_at"} <= set(refused.value.details)
    assert refused.value.remedy


async def test_more_than_the_plan_is_told(world: World) -> None:
    request = job_of(world).request.model_copy(update={"resolution": Resolution.P1080})
    with pytest.raises(PlanLimitError) as refused:
        await world.quota.reserve(job_of(world, request=request))
    assert refused.value.details["limit"] == "720p"
    await world.quota.reserve(job_of(world, request=request, plan="pro"))


async def test_a_pause_is_told_with_when_to_come_back(world: World) -> None:
    first = await world.quota.reserve(job_of(world))
    await world.table.pause(True)
    world.clock.advance(60)
    with pytest.raises(SpendingPausedError) as refused:
        await world.quota.reserve(job_of(world, job_id=JobId(f"job_{1:032x}")))
    assert refused.value.retry_after_s
    assert await world.quota.reserve(job_of(world)) == first


async def test_another_amount_for_the_same_job_stays_a_remote_problem(world: World) -> None:
    await world.quota.reserve(job_of(world))
    with pytest.raises(RemoteProblemError) as refused:
        await world.quota.reserve(job_of(world, round_max_microusd=1_000_000))
    assert refused.value.remote_code == "amount_mismatch"


async def test_what_quota_never_heard_of_needs_no_giving_back(world: World) -> None:
    await world.quota.release(job_of(world), MONTH)
    await world.quota.reserve(job_of(world))
    await world.quota.refund(job_of(world), MUSIC)
    with pytest.raises(RemoteProblemError):
        await world.quota.settle(job_of(world), MUSIC, 1)


async def test_a_commit_that_quota_never_heard_of_is_told(world: World) -> None:
    with pytest.raises(RemoteProblemError):
        await world.quota.commit(job_of(world), MONTH)


async def test_a_reservation_that_quota_has_given_up_is_closed(world: World) -> None:
    """Quota gives up the places of jobs that it does not hear of for a day; this one ends later all the same."""
    bench = JobsBench(quota=world.quota, clock=world.clock)
    job_id = await bench.create()
    await world.quota.release((await bench.read(job_id)).job, MONTH)
    await bench.reach(JobStatus.COMPOSING, job_id)
    record = await bench.uses.ending.complete(USER, job_id, 1, make_output())
    assert (record.job.status, record.job.money, record.job.lease_until) == (JobStatus.COMPLETED, Money.CLOSED, None)
    assert world.state.bookings[job_id].mark is BookingMark.RELEASED


async def test_nor_does_a_release_that_comes_after_a_commit_fail_for_ever(world: World) -> None:
    await world.quota.reserve(job_of(world))
    await world.quota.commit(job_of(world), MONTH)
    await world.quota.release(job_of(world), MONTH)
    assert world.state.videos == 1


async def test_quota_whose_table_does_not_answer_is_no_refusal(world: World) -> None:
    async def fail(*_: object) -> None:
        raise DependencyUnavailableError("The table did not answer.", retry_after_s=3)

    world.table.apply = fail  # type: ignore[method-assign,assignment]
    with pytest.raises(DependencyUnavailableError, match="did not answer") as told:
        await world.quota.reserve(make_job(world.clock))
    assert told.value.retry_after_s == 3


async def test_quota_that_is_not_there_is_told() -> None:
    async with InternalClient("quota", "http://127.0.0.1:9", IdentitySigner("jobs", PRIVATE)) as client:
        with pytest.raises(DependencyUnavailableError):
            await QuotaClient(client).reserve(make_job(FrozenClock()))


async def test_a_failed_job_gives_back_what_it_did_not_spend(world: World) -> None:
    """One call was never sent, one was ingested, one may have been charged: only the last one's price stays held."""
    bench = JobsBench(quota=world.quota, clock=world.clock)
    job_id = await bench.create()
    for number, name in enumerate(("scene-01.1", "scene-02.1", "scene-03.1")):
        await bench.plan(job_id, name, fingerprint=f"{number:064x}", price_microusd=100_000)
        await world.spend((await bench.read(job_id)).job, name)
    await bench.move("planned", "reserved", job_id, "scene-01.1")
    await bench.send("p-2", job_id, "scene-02.1")
    await bench.move("created", "ingested", job_id, "scene-02.1", output_key=f"u/{USER}/clips/a.mp4")
    await bench.send("p-3", job_id, "scene-03.1")
    record = await bench.uses.ending.fail(USER, job_id, 1, make_problem())
    assert (record.job.money, record.job.lease_until) == (Money.CLOSED, bench.clock.now())
    booking = world.state.find_booking(job_id)
    assert booking is not None
    assert booking.mark is BookingMark.RELEASED
    assert {name: intent.mark for name, intent in booking.intents.items()} == {
        "scene-01.1": IntentMark.REFUNDED,
        "scene-02.1": IntentMark.SETTLED,
        "scene-03.1": IntentMark.HELD,
    }
    assert (world.state.videos, world.state.open_jobs) == (0, 0)
    assert world.state.spend_microusd == 200_000
    assert world.state.settled_microusd == 100_000


async def test_closing_again_changes_nothing(world: World) -> None:
    bench = JobsBench(quota=world.quota, clock=world.clock)
    job_id = await bench.create()
    await bench.uses.ending.fail(USER, job_id, 1, make_problem())
    before = world.state
    job = (await bench.read(job_id)).job
    bench.store.jobs[job_id] = replace(job, money=Money.RESERVED, lease_until=bench.clock.now())
    bench.clock.advance(1)
    await bench.reaper.sweep()
    assert (await bench.read(job_id)).job.money is Money.CLOSED
    assert world.state == before


async def test_a_job_that_was_released_is_not_reserved_again(world: World) -> None:
    """Its request comes late, after its deadline: the key's answer is the job that has failed."""
    bench = JobsBench(quota=world.quota, clock=world.clock)
    created = await bench.uses.creation.create(make_order(), "k")
    assert (await bench.read(created.job_id)).job.status is JobStatus.PENDING
    await bench.uses.ending.fail(USER, created.job_id, 1, make_problem())
    entry = bench.store.entries[(USER, "k")]
    bench.store.entries[(USER, "k")] = replace(entry, answer=None, lease_until=bench.clock.now())
    again = await bench.uses.creation.create(make_order(), "k")
    assert again.job_id == created.job_id
    assert '"status":"failed"' in again.answer
    assert world.state.open_jobs == 0
    assert JOB not in world.state.bookings


async def test_a_round_is_booked_beside_the_one_before(world: World) -> None:
    """What the first round still holds for a lost call is not the second one's, and is settled where it is held."""
    bench = JobsBench(quota=world.quota, clock=world.clock)
    job_id = await bench.create()
    lost = await bench.plan(job_id, price_microusd=100_000)
    await world.spend((await bench.read(job_id)).job, CLIP)
    await bench.send("p-1", job_id)
    await bench.uses.ending.fail(USER, job_id, 1, make_problem())
    second = (await bench.uses.resuming.resume(USER, job_id, Wish())).job
    assert (second.reservation_id, world.state.videos, world.state.open_jobs) == (f"{job_id}.2", 1, 1)
    assert world.state.spend_microusd == 100_000 + second.round_max_microusd
    await world.quota.settle(second, lost, 60_000)
    assert (world.state.settled_microusd, world.state.spend_microusd) == (60_000, 60_000 + second.round_max_microusd)
    await bench.uses.ending.cancel(USER, job_id)
    assert (world.state.videos, world.state.open_jobs, world.state.spend_microusd) == (0, 0, 60_000)
