import pytest
from tests.fakes.composer_bench import ABANDON_S, LEASE_S, Bench
from tests.fakes.object_store import MemoryStore

from omnigen_composer.domain.keys import lease_key
from omnigen_composer.domain.problems import ProblemRecord
from omnigen_composer.ports import Note
from omnigen_composer.service.leases import FAILURE_KEPT_S, Held, Lease, LeaseLostError, LeaseRecord, Leases
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.testing.clock import FrozenClock

KEY = "u/ada/segments/r/1.mp4"
PROBLEM = ProblemRecord(code="clip_invalid", detail="Why.")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def leases(store: MemoryStore, clock: FrozenClock) -> Leases:
    return Leases(store, clock, LEASE_S, ABANDON_S / 3)


async def acquire(leases: Leases) -> Lease:
    lease = await leases.acquire(KEY)
    assert isinstance(lease, Lease)
    return lease


def record_in(store: MemoryStore) -> LeaseRecord:
    return LeaseRecord.model_validate_json(store.objects[lease_key(KEY)][0])


async def test_a_second_one_is_told_how_far_the_first_is(leases: Leases) -> None:
    lease = await acquire(leases)
    await leases.renew(lease, 0.4)
    assert await leases.acquire(KEY) == Held(0.4)


async def test_a_released_lease_leaves_nothing(leases: Leases, store: MemoryStore) -> None:
    await leases.release(await acquire(leases))
    assert store.objects == {}


async def test_an_expired_lease_is_taken_over_and_its_holder_loses_it(leases: Leases, clock: FrozenClock) -> None:
    old = await acquire(leases)
    clock.advance(LEASE_S)
    new = await acquire(leases)
    with pytest.raises(LeaseLostError):
        await leases.renew(old, 0.9)
    await leases.renew(new, 0.1)


async def test_a_renewed_lease_is_not_taken_over(leases: Leases, clock: FrozenClock) -> None:
    lease = await acquire(leases)
    clock.advance(LEASE_S - 1)
    await leases.renew(lease, 0.5)
    clock.advance(LEASE_S - 1)
    assert isinstance(await leases.acquire(KEY), Held)


async def test_a_loser_takes_nothing_with_it(leases: Leases, store: MemoryStore, clock: FrozenClock) -> None:
    old = await acquire(leases)
    clock.advance(LEASE_S)
    new = await acquire(leases)
    await leases.release(old)
    assert record_in(store).owner == new.record.owner
    with pytest.raises(LeaseLostError):
        await leases.fail(old, PROBLEM)


async def test_whoever_polls_is_seen_by_the_holder(leases: Leases, clock: FrozenClock) -> None:
    lease = await acquire(leases)
    for _ in range(4):
        clock.advance(ABANDON_S / 9)
        await leases.renew(lease, 0.5)
    await leases.acquire(KEY)
    await leases.renew(lease, 0.6)
    assert lease.record.polled_at == leases.now_s()


async def test_frequent_polls_are_not_all_written(leases: Leases, store: MemoryStore, clock: FrozenClock) -> None:
    await acquire(leases)
    for _ in range(5):
        clock.advance(1)
        await leases.acquire(KEY)
    assert store.calls["replace_note"] == 0


async def test_a_cancellation_is_seen_by_the_holder(leases: Leases) -> None:
    lease = await acquire(leases)
    await leases.cancel(KEY)
    await leases.cancel(KEY)
    await leases.renew(lease, 0.5)
    assert lease.record.canceled


async def test_cancelling_what_nobody_makes_is_nothing(leases: Leases, store: MemoryStore) -> None:
    await leases.cancel(KEY)
    assert store.objects == {}


async def test_cancelling_a_kept_failure_forgets_it(leases: Leases) -> None:
    await leases.fail(await acquire(leases), PROBLEM)
    await leases.cancel(KEY)
    assert isinstance(await leases.acquire(KEY), Lease)


async def test_a_kept_failure_is_told_once(leases: Leases) -> None:
    await leases.fail(await acquire(leases), PROBLEM)
    assert await leases.acquire(KEY) == PROBLEM
    assert isinstance(await leases.acquire(KEY), Lease)


async def test_a_failure_is_kept_also_when_others_have_written(leases: Leases) -> None:
    lease = await acquire(leases)
    await leases.cancel(KEY)
    await leases.fail(lease, PROBLEM)
    assert await leases.acquire(KEY) == PROBLEM


async def test_an_old_failure_does_not_count(leases: Leases, clock: FrozenClock) -> None:
    await leases.fail(await acquire(leases), PROBLEM)
    clock.advance(FAILURE_KEPT_S)
    assert isinstance(await leases.acquire(KEY), Lease)


async def test_forgetting_leaves_somebody_elses_lease_alone(leases: Leases, store: MemoryStore) -> None:
    await leases.fail(await acquire(leases), PROBLEM)
    assert await leases.acquire(KEY) == PROBLEM
    lease = await acquire(leases)
    await leases.forget(KEY, PROBLEM)
    assert record_in(store).owner == lease.record.owner


async def test_a_release_after_others_have_written_still_releases(leases: Leases, store: MemoryStore) -> None:
    lease = await acquire(leases)
    await leases.cancel(KEY)
    await leases.release(lease)
    assert store.objects == {}


class LostReplyStore(MemoryStore):
    """Writes, but the reply is lost; the SDK's retry then meets what it wrote itself."""

    async def create_note(self, key: str, body: bytes) -> str | None:
        await super().create_note(key, body)
        return None

    async def replace_note(self, key: str, body: bytes, etag: str) -> str | None:
        await super().replace_note(key, body, etag)
        return None


async def test_an_own_note_is_recognised_when_the_reply_was_lost(clock: FrozenClock) -> None:
    lease = await Leases(LostReplyStore(), clock, LEASE_S, ABANDON_S).acquire(KEY)
    assert isinstance(lease, Lease)


class RestlessStore(MemoryStore):
    """Somebody is always faster."""

    async def create_note(self, key: str, body: bytes) -> str | None:
        del key, body
        return None

    async def find_note(self, key: str) -> Note | None:
        del key
        return None


async def test_a_lease_that_cannot_be_decided_is_a_problem(clock: FrozenClock) -> None:
    with pytest.raises(DependencyUnavailableError):
        await Leases(RestlessStore(), clock, LEASE_S, ABANDON_S).acquire(KEY)


async def test_two_tasks_share_one_lease(bench: Bench) -> None:
    first, second = bench.add_task(), bench.add_task()
    assert isinstance(await first.leases.acquire(KEY), Lease)
    assert isinstance(await second.leases.acquire(KEY), Held)
