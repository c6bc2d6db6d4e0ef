"""One suite for both job stores: the fake that unit tests trust, and the DynamoDB table on the emulator."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.emulated_jobs import TableStore, open_jobs_table
from tests.fakes.job_store import FakeJobStore
from tests.fakes.jobs_bench import (
    CLIP,
    FINGERPRINT,
    JOB,
    LEASE,
    OTHER_JOB,
    USER,
    make_job,
    make_output,
    make_problem,
    make_storyboard,
)

from omnigen_jobs.domain.changes import Change, bumped, change_job
from omnigen_jobs.domain.cursors import PageMark
from omnigen_jobs.domain.idempotency import KEPT, Entry
from omnigen_jobs.domain.records import (
    Binding,
    Claim,
    ClaimState,
    Intent,
    Job,
    Money,
    NewEvent,
    NextRound,
    Pin,
    ProgressMark,
    Pulse,
    Record,
    Scene,
    Send,
    Stray,
    Words,
)
from omnigen_jobs.domain.watching import Watch
from omnigen_jobs.ports import WriteConflictError
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.contracts.job import IntentStatus, JobStatus, SceneState
from omnigen_shared.testing.clock import FrozenClock

CLOCK = FrozenClock()
NOW = CLOCK.now()
NEW = make_job(CLOCK, version=0)
WORDS = (Words(since_take=1, prompt="a hill"), Words(since_take=3, prompt="a lake"))
SCENE = Scene(number=2, state=SceneState.INGESTED, take=3, clip_key="u/user-1/clips/a.mp4", words=WORDS, updated_at=NOW)
PIN = Pin(user_id=USER, digest="d" * 64, job_id=JOB, storyboard=make_storyboard())
INTENT = Intent(
    intent_id=CLIP,
    status=IntentStatus.SENDING,
    model="m",
    fingerprint=FINGERPRINT,
    price_microusd=150_000,
    input={"scale": 7.0, "seed": 1, "nested": {"list": [1.5, None, "é"]}, "": True},
    owner="w1",
    sent_at=NOW,
    spoiled="no picture",
)
CLAIM = Claim(user_id=USER, fingerprint=FINGERPRINT, job_id=JOB, intent_id=CLIP, state=ClaimState.HELD)
SEND = Send(digest="d" * 64, job_id=JOB, intent_id=CLIP)
BINDING = Binding(provider_id="p-1", job_id=JOB, intent_id=CLIP)
EVENT = NewEvent(type="scene.changed", data={"job_id": JOB, "duration_s": 5.0})
ENTRY = Entry(user_id=USER, key="k", job_id=JOB, digest="d", lease_until=NOW, kept_until=NOW + KEPT)


@pytest.fixture(params=["fake", "dynamodb"])
def endpoint(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "fake" else request.getfixturevalue("emulator_url")


@pytest.fixture
async def store(endpoint: str | None) -> AsyncIterator[Any]:
    if endpoint is None:
        yield FakeJobStore()
        return
    async with open_jobs_table(endpoint) as access:
        yield TableStore(access)


async def begin(store: Any, **changes: Any) -> Job:
    """A stored job, as it is read."""
    job = replace(NEW, **changes)
    await store.commit(change_job(job))
    return bumped(job)


async def test_what_is_not_there_is_none(store: Any) -> None:
    assert await store.find_job(JOB) is None
    assert await store.find_record(JOB) is None
    assert await store.find_pulse(JOB) is None
    assert await store.find_claim(USER, FINGERPRINT) is None
    assert await store.find_binding("p-1") is None
    assert await store.find_entry(USER, "k") is None
    assert list(await store.list_events(JOB, 0, 10)) == []
    assert await store.list_bound([]) == frozenset()


async def test_everything_of_a_job_comes_back_as_it_was_written(store: Any) -> None:
    whole = replace(
        NEW,
        status=JobStatus.COMPLETED,
        progress=ProgressMark(stage="composing", fraction=1.0, at=NOW),
        recipe_id="r",
        storyboard=make_storyboard(),
        music_key="u/user-1/music/a.mp3",
        output=make_output(),
        problem=make_problem(),
        spent_microusd=7,
        next_round=NextRound(
            max_microusd=3, estimate_microusd=2, deadline_at=NOW, scene=1, cascade=True, take=2, prompt="é"
        ),
    )
    await store.commit(change_job(whole))
    assert await store.find_job(JOB) == bumped(whole)
    assert await store.find_pulse(JOB) == Pulse(status=JobStatus.COMPLETED, progress=whole.progress)


async def test_the_least_of_a_job_comes_back_too(store: Any) -> None:
    bare = await begin(store, lease_until=None, month=None, money=Money.REQUESTED)
    assert await store.find_job(JOB) == bare


async def test_one_change_writes_all_of_its_parts(store: Any) -> None:
    job = await begin(store)
    await store.commit(Change(fence=job, scenes=(SCENE,), intent=INTENT, claim=CLAIM, binding=BINDING, event=EVENT))
    assert await store.find_record(JOB) == Record(job=job, scenes=(bumped(SCENE),), intents=(bumped(INTENT),))
    assert await store.find_claim(USER, FINGERPRINT) == bumped(CLAIM)
    assert await store.find_binding("p-1") == BINDING
    [event] = await store.list_events(JOB, 0, 10)
    assert (event.seq, event.type, event.data) == (1, EVENT.type, EVENT.data)


async def test_a_plan_is_pinned_for_its_user(store: Any) -> None:
    job = await begin(store)
    await store.commit(Change(fence=job, pin=PIN))
    assert await store.find_pin(USER, PIN.digest) == bumped(PIN)
    assert await store.find_pin(UserId("user-2"), PIN.digest) is None
    await store.commit(Change(fence=job, pin=replace(bumped(PIN), job_id=OTHER_JOB)))
    assert (await store.find_pin(USER, PIN.digest)).job_id == OTHER_JOB


async def test_strays_are_kept_once_each(store: Any) -> None:
    strays = [
        Stray(message_id="m-1", reason="no call of ours", received_at=NOW, provider_id="p-9", body='{"id": 7.0}'),
        Stray(message_id="m-2", reason="another call", received_at=NOW, job_id=JOB, intent_id="scene-01.1"),
    ]
    for stray in (*strays, strays[0]):
        await store.keep_stray(stray, NOW + timedelta(days=1))
    assert sorted(await store.list_strays(), key=lambda stray: stray.message_id) == strays


async def test_scenes_and_intents_come_in_order_without_events(store: Any) -> None:
    job = await begin(store)
    for number in (10, 2, 1):
        await store.commit(Change(fence=job, scenes=(replace(SCENE, number=number),), event=EVENT))
        await store.commit(Change(fence=job, intent=replace(INTENT, intent_id=IntentId(f"scene-{number:02d}.1"))))
    record = await store.find_record(JOB)
    assert [scene.number for scene in record.scenes] == [1, 2, 10]
    assert [intent.intent_id for intent in record.intents] == ["scene-01.1", "scene-02.1", "scene-10.1"]


STALE: dict[str, dict[str, Any]] = {
    "job": {"job": NEW},
    "scene": {"scenes": (SCENE,)},
    "intent": {"intent": INTENT},
    "claim": {"claim": CLAIM},
    "binding": {"binding": BINDING},
    "pin": {"pin": PIN},
}


@pytest.mark.parametrize("stale", STALE.values(), ids=STALE)
async def test_a_part_that_somebody_has_written_since_stops_the_whole(store: Any, stale: dict[str, Any]) -> None:
    """Each part carries version 0, but is there already; what is written beside it must not be."""
    job = await begin(store)
    await store.commit(Change(fence=job, scenes=(SCENE,), intent=INTENT, claim=CLAIM, binding=BINDING, pin=PIN))
    beside = replace(INTENT, intent_id=IntentId("music.1"))
    parts = {"fence": job, "scenes": (replace(SCENE, number=9),), "intent": beside, "event": EVENT, **stale}
    with pytest.raises(WriteConflictError):
        await store.commit(Change(**parts))
    record = await store.find_record(JOB)
    assert (len(record.scenes), len(record.intents)) == (1, 1)
    assert list(await store.list_events(JOB, 0, 10)) == []


async def test_every_scene_of_a_long_video_is_written_at_once(store: Any) -> None:
    job = await begin(store)
    scenes = tuple(replace(SCENE, number=number) for number in range(1, 61))
    await store.commit(Change(fence=job, job=job, scenes=scenes, event=EVENT))
    assert [scene.number for scene in (await store.find_record(JOB)).scenes] == list(range(1, 61))


async def test_a_part_is_written_on_top_of_what_was_read(store: Any) -> None:
    job = await begin(store)
    await store.commit(Change(fence=job, scenes=(SCENE,), intent=INTENT, claim=CLAIM))
    again = Change(fence=job, scenes=(bumped(SCENE),), intent=bumped(INTENT), claim=bumped(CLAIM), job=job)
    await store.commit(again)
    with pytest.raises(WriteConflictError):
        await store.commit(again)
    assert (await store.find_record(JOB)).intents == (bumped(bumped(INTENT)),)


@pytest.mark.parametrize(
    "meanwhile", [{"attempt": 2}, {"status": JobStatus.FAILED}, {"status": JobStatus.CANCELED}], ids=str
)
async def test_parts_are_written_for_the_live_attempt_only(store: Any, meanwhile: dict[str, Any]) -> None:
    job = await begin(store)
    await store.commit(change_job(replace(job, **meanwhile)))
    with pytest.raises(WriteConflictError):
        await store.commit(Change(fence=job, scenes=(SCENE,)))


@pytest.mark.parametrize("meanwhile", [{"status": JobStatus.GENERATING}, {"lease_until": NOW + LEASE}], ids=str)
async def test_parts_do_not_mind_what_else_happens_to_the_job(store: Any, meanwhile: dict[str, Any]) -> None:
    job = await begin(store)
    await store.commit(change_job(replace(job, **meanwhile)))
    await store.commit(Change(fence=job, scenes=(SCENE,)))
    assert (await store.find_record(JOB)).scenes == (bumped(SCENE),)


async def test_parts_of_a_job_that_is_not_there_are_not_written(store: Any) -> None:
    with pytest.raises(WriteConflictError):
        await store.commit(Change(fence=NEW, scenes=(SCENE,)))


async def test_events_of_many_writers_have_no_gap_and_no_double(store: Any) -> None:
    job = await begin(store)
    scenes = [replace(SCENE, number=number) for number in range(1, 21)]
    await asyncio.gather(
        *(
            store.commit(Change(fence=job, scenes=(scene,), event=NewEvent(type="t", data={"number": scene.number})))
            for scene in scenes
        )
    )
    events = await store.list_events(JOB, 0, 100)
    assert [event.seq for event in events] == list(range(1, 21))
    assert {event.data["number"] for event in events} == set(range(1, 21))


async def test_events_are_read_from_anywhere_and_in_pieces(store: Any) -> None:
    job = await begin(store)
    for number in range(1, 13):
        await store.commit(Change(fence=job, scenes=(replace(SCENE, number=number),), event=EVENT))
    assert [event.seq for event in await store.list_events(JOB, 8, 10)] == [9, 10, 11, 12]
    assert [event.seq for event in await store.list_events(JOB, 0, 3)] == [1, 2, 3]
    assert list(await store.list_events(JOB, 12, 10)) == []
    assert list(await store.list_events(OTHER_JOB, 0, 10)) == []


async def test_a_draft_is_discarded_as_it_was_read_or_not_at_all(store: Any) -> None:
    job = await begin(store)
    await store.commit(change_job(job))
    with pytest.raises(WriteConflictError):
        await store.discard(job)
    await store.discard(bumped(job))
    assert await store.find_job(JOB) is None


async def test_bound_predictions_are_told_from_others(store: Any) -> None:
    job = await begin(store)
    ids = [f"p-{number}" for number in range(130)]
    for number in (0, 101, 129):
        await store.commit(Change(fence=job, binding=replace(BINDING, provider_id=ids[number])))
    assert await store.list_bound([*ids, *ids]) == {"p-0", "p-101", "p-129"}


async def test_a_users_jobs_are_listed_newest_first_in_pages(store: Any) -> None:
    ids = [JobId(f"job_{number:032x}") for number in range(5)]
    for number, job_id in enumerate(ids):
        await begin(store, job_id=job_id, created_at=NOW + timedelta(seconds=number // 2))
    await begin(store, job_id=OTHER_JOB, user_id=UserId("user-2"))
    await begin(store, money=Money.REQUESTED)
    seen: list[Job] = []
    mark: PageMark | None = None
    while True:
        page = await store.list_jobs(USER, mark, 2)
        seen += page.jobs
        mark = page.following
        if mark is None:
            break
        assert mark == PageMark(to_rfc3339(seen[-1].created_at), seen[-1].job_id)
    assert {job.job_id for job in seen} == set(ids)
    assert [job.created_at for job in seen] == sorted((job.created_at for job in seen), reverse=True)
    assert len(seen) == 5


async def test_a_failed_draft_is_listed(store: Any) -> None:
    await begin(store, money=Money.REQUESTED, status=JobStatus.FAILED)
    assert [job.job_id for job in (await store.list_jobs(USER, None, 10)).jobs] == [JOB]


async def test_what_is_due_is_found_and_nothing_else(store: Any) -> None:
    ids = [JobId(f"job_{number:032x}") for number in range(40)]
    for number, job_id in enumerate(ids):
        await begin(store, job_id=job_id, lease_until=NOW + timedelta(seconds=number))
    await begin(store, lease_until=None)
    assert set(await store.list_due(NOW + timedelta(seconds=39), 25)) == set(ids[:39])
    assert list(await store.list_due(NOW, 25)) == []


async def test_a_job_leaves_the_index_of_what_is_due(store: Any) -> None:
    job = await begin(store)
    later = NOW + timedelta(days=1)
    assert list(await store.list_due(later, 25)) == [JOB]
    await store.commit(change_job(replace(job, lease_until=None)))
    assert list(await store.list_due(later, 25)) == []


async def test_a_key_is_written_on_top_of_what_was_read(store: Any) -> None:
    await store.put_entry(ENTRY)
    assert await store.find_entry(USER, "k") == bumped(ENTRY)
    with pytest.raises(WriteConflictError):
        await store.put_entry(ENTRY)
    answered = replace(bumped(ENTRY), answer='{"job_id": "é"}')
    await store.put_entry(answered)
    assert await store.find_entry(USER, "k") == bumped(answered)
    with pytest.raises(WriteConflictError):
        await store.remove_entry(answered)
    await store.remove_entry(bumped(answered))
    assert await store.find_entry(USER, "k") is None


async def test_a_send_is_there_until_it_is_over(store: Any) -> None:
    job = await begin(store)
    assert await store.find_send(SEND.digest) is None
    await store.commit(Change(fence=job, send=SEND))
    assert await store.find_send(SEND.digest) == bumped(SEND)
    with pytest.raises(WriteConflictError):
        await store.commit(Change(fence=job, send=replace(SEND, intent_id=IntentId("scene-02.1"))))
    await store.commit(Change(fence=job, send=replace(bumped(SEND), is_over=True)))
    assert await store.find_send(SEND.digest) is None


async def test_after_its_end_only_the_attempt_that_settles_writes_beside_a_job(store: Any) -> None:
    job = await begin(store, status=JobStatus.FAILED, attempt=3, settling=3)
    await store.commit(Change(fence=job, intent=INTENT))
    ended = await begin(store, job_id=OTHER_JOB, status=JobStatus.FAILED, attempt=3, settling=2)
    with pytest.raises(WriteConflictError):
        await store.commit(Change(fence=ended, intent=INTENT))


async def test_what_a_task_watches_holds_for_a_while_and_until_it_says_something_else(store: Any) -> None:
    assert list(await store.list_watches(NOW)) == []
    one = Watch(task_id="a", jobs=frozenset({0, 1, 2**32 - 1}), until=NOW + LEASE)
    other = Watch(task_id="b", jobs=frozenset(), until=NOW + 2 * LEASE)
    await store.put_watch(one)
    await store.put_watch(other)
    assert sorted(await store.list_watches(NOW), key=lambda watch: watch.task_id) == [one, other]
    assert list(await store.list_watches(NOW + LEASE)) == [other]
    await store.put_watch(replace(one, jobs=frozenset({7})))
    assert replace(one, jobs=frozenset({7})) in await store.list_watches(NOW)
