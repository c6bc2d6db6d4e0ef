import asyncio
import errno

import pytest
from tests.fakes.composer_bench import ABANDON_S, ADA, LEASE_S, Bench, Task, a_body, a_render, an_export, key_of
from tests.fakes.waiting import wait_until
from tests.fakes.workshop import RECIPE, segment_result

from omnigen_composer.domain.problems import (
    ClipInvalidError,
    ComposerBusyError,
    CompositionFailedError,
    KeyNotAllowedError,
    MusicInvalidError,
)
from omnigen_composer.service.answering import SOUND_SHARE
from omnigen_composer.service.leases import Held, Lease
from omnigen_composer.service.works import EXPORTS_PER_USER
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import Pending, RenderResult, SegmentResult, segment_key
from omnigen_shared.errors import DependencyUnavailableError, InvalidRequestError

KEY = key_of(a_body())


async def begin(task: Task) -> None:
    assert isinstance(await task.order(), Pending)
    await wait_until(lambda: KEY in task.workshop.running)


async def test_work_is_ordered_then_pending_then_done(bench: Bench, task: Task) -> None:
    await begin(task)
    assert await task.order() == Pending(progress=0.5)
    task.workshop.finish.set()
    assert await task.order(wait_s=5) == segment_result(KEY)
    assert task.workshop.begun == [KEY]
    assert bench.notes() == []


async def test_what_is_in_the_store_is_answered_without_work(bench: Bench, task: Task) -> None:
    bench.store.objects[KEY] = (b"mp4", {"result": segment_result(KEY).model_dump_json()})
    assert isinstance(await task.order(), SegmentResult)
    assert task.workshop.begun == []
    assert bench.store.calls["create_note"] == 0


async def test_an_object_without_a_result_is_made_again(bench: Bench, task: Task) -> None:
    bench.store.objects[KEY] = (b"half", {})
    task.workshop.finish.set()
    assert isinstance(await task.order(wait_s=5), SegmentResult)


async def test_a_render_answers_a_render(task: Task) -> None:
    key, request = a_render()
    task.workshop.finish.set()
    assert isinstance(await task.composer.order(ADA, key, request, 5), RenderResult)


async def test_a_render_makes_its_soundtrack_first_and_once(task: Task) -> None:
    key, request = a_render()
    sound_key = segment_key(ADA, RECIPE, request.soundtrack)
    assert isinstance(await task.composer.order(ADA, key, request, 0), Pending)
    await wait_until(lambda: task.workshop.running == {sound_key})
    assert await task.composer.order(ADA, key, request, 0) == Pending(progress=0.5 * SOUND_SHARE)
    task.workshop.finish.set()
    assert isinstance(await task.composer.order(ADA, key, request, 5), RenderResult)
    assert task.workshop.begun == [sound_key, key]


async def test_a_soundtrack_that_cannot_be_made_is_the_renders_problem(task: Task) -> None:
    key, request = a_render()
    task.workshop.error = MusicInvalidError("It is a playlist.")
    task.workshop.finish.set()
    with pytest.raises(MusicInvalidError, match="playlist"):
        await task.composer.order(ADA, key, request, 5)
    assert key not in task.workshop.begun


async def test_many_callers_start_one_piece_of_work(bench: Bench, task: Task) -> None:
    other = bench.add_task()
    outcomes = await asyncio.gather(*(t.order() for t in (task, other) for _ in range(10)))
    assert all(isinstance(outcome, Pending) for outcome in outcomes)
    await wait_until(lambda: len(task.workshop.running | other.workshop.running) == 1)
    assert len(task.workshop.begun + other.workshop.begun) == 1


async def test_a_caller_at_another_task_gets_the_result_when_it_is_there(bench: Bench, task: Task) -> None:
    await begin(task)
    other = bench.add_task()
    waiting = asyncio.create_task(other.order(wait_s=5))
    await asyncio.sleep(0)
    task.workshop.finish.set()
    assert await waiting == segment_result(KEY)
    assert other.workshop.begun == []


async def test_a_failure_is_answered_once_and_may_be_tried_again(bench: Bench, task: Task) -> None:
    task.workshop.error = ClipInvalidError("It is a playlist.")
    await begin(task)
    task.workshop.finish.set()
    await wait_until(lambda: not task.workshop.running)
    with pytest.raises(ClipInvalidError, match="playlist"):
        await task.order(wait_s=5)
    assert bench.notes() == []
    task.workshop.error = None
    assert isinstance(await task.order(wait_s=5), SegmentResult)


async def test_a_failure_while_the_caller_waits_is_forgotten_too(bench: Bench, task: Task) -> None:
    task.workshop.error = ClipInvalidError("It is a playlist.")
    task.workshop.finish.set()
    with pytest.raises(ClipInvalidError):
        await task.order(wait_s=5)
    assert bench.notes() == []


async def test_a_failure_is_answered_by_whichever_task_is_asked(bench: Bench, task: Task) -> None:
    task.workshop.error = ClipInvalidError("It is a playlist.")
    await begin(task)
    task.workshop.finish.set()
    await wait_until(lambda: b"clip_invalid" in bench.store.objects[f"{KEY}.lease"][0])
    with pytest.raises(ClipInvalidError):
        await bench.add_task().order()


async def test_a_crash_is_told_without_its_details(task: Task) -> None:
    task.workshop.error = KeyError("secret")
    task.workshop.finish.set()
    with pytest.raises(CompositionFailedError, match="KeyError") as crash:
        await task.order(wait_s=5)
    assert "secret" not in crash.value.detail


def _as_ffmpeg_tells_it() -> CompositionFailedError:
    """It has an error of its own, and whoever ran it another one."""
    found = CompositionFailedError("Encoding failed.")
    found.__cause__ = RuntimeError("found no room on the disk")
    found.__cause__.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    return found


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), OSError(errno.EFBIG, "too large"), _as_ffmpeg_tells_it()]
)
async def test_a_full_disk_is_nobodys_fault_and_passes(task: Task, error: Exception) -> None:
    task.workshop.error = error
    task.workshop.finish.set()
    with pytest.raises(ComposerBusyError, match="no room") as refused:
        await task.order(wait_s=5)
    assert refused.value.retry_after_s
    task.workshop.error = None
    assert isinstance(await task.order(wait_s=5), SegmentResult)


async def test_cancelling_ends_the_work_and_gives_the_lease_up(bench: Bench, task: Task) -> None:
    await begin(task)
    await task.cancel()
    assert (task.workshop.running, bench.notes()) == (set(), [])
    await begin(task)


async def test_work_that_is_cancelled_before_its_first_step_leaves_nothing(bench: Bench, task: Task) -> None:
    work, running = task.crew.join(KEY, a_body())
    assert await task.crew.stop(KEY)
    assert running.cancelled()
    assert await work.admission == Held(0.0)
    assert bench.notes() == []
    await begin(task)


async def test_cancelling_at_another_task_ends_it_at_the_next_renewal(bench: Bench, task: Task) -> None:
    await begin(task)
    await bench.add_task().cancel()
    await wait_until(lambda: not task.workshop.running)
    await wait_until(lambda: bench.notes() == [])


async def test_nobody_cancels_somebody_elses_work(task: Task) -> None:
    await begin(task)
    with pytest.raises(KeyNotAllowedError):
        await task.composer.cancel(UserId("eve"), KEY)
    assert task.workshop.running == {KEY}


async def test_work_that_nobody_asks_for_is_ended(bench: Bench, task: Task) -> None:
    await begin(task)
    bench.clock.advance(ABANDON_S + 1)
    await wait_until(lambda: not task.workshop.running)
    await wait_until(lambda: bench.notes() == [])


async def test_a_poll_at_either_task_keeps_the_work_alive(bench: Bench, task: Task) -> None:
    await begin(task)
    other = bench.add_task()
    for poller in (task, other, task, other):
        bench.clock.advance(LEASE_S - 1)
        renewals = bench.store.calls["replace_note"]
        await wait_until(lambda seen=renewals: bench.store.calls["replace_note"] > seen + 1)  # type: ignore[misc]
        await poller.order()
    assert task.workshop.running == {KEY}
    assert other.workshop.begun == []


async def test_whoever_loses_the_lease_stops_working(bench: Bench, task: Task) -> None:
    await begin(task)
    del bench.store.objects[f"{KEY}.lease"]
    await wait_until(lambda: not task.workshop.running)


async def test_an_expired_lease_is_worked_off_by_another_task(bench: Bench) -> None:
    dead, alive = bench.add_task(), bench.add_task()
    assert isinstance(await dead.leases.acquire(KEY), Lease)
    assert await alive.order() == Pending(progress=0)
    assert alive.workshop.begun == []
    bench.clock.advance(LEASE_S)
    await begin(alive)


async def test_work_is_bounded_and_the_rest_refused(bench: Bench) -> None:
    task = bench.add_task(max_running=2, max_queued=1)
    for number in (1, 2, 3):
        await task.order(a_body(number))
    with pytest.raises(ComposerBusyError) as busy:
        await task.order(a_body(4))
    assert busy.value.retry_after_s is not None
    await wait_until(lambda: len(task.workshop.running) == 2)
    assert isinstance(await task.order(a_body(3)), Pending)
    task.workshop.finish.set()
    assert isinstance(await task.order(a_body(3), wait_s=5), SegmentResult)
    assert task.workshop.most_running == 2


async def test_what_was_finished_while_the_lease_was_asked_for_is_not_made_again(bench: Bench, task: Task) -> None:
    find, seen = bench.store.find, []

    async def find_late(key: str) -> object:
        seen.append(key)
        if len(seen) == 2:
            bench.store.objects[KEY] = (b"mp4", {"result": segment_result(KEY).model_dump_json()})
        return await find(key)

    bench.store.find = find_late  # type: ignore[method-assign,assignment]
    assert isinstance(await task.order(wait_s=5), SegmentResult)
    assert task.workshop.begun == []


async def test_a_store_that_is_away_is_told_and_leaves_no_work(bench: Bench, task: Task) -> None:
    bench.store.is_away = True
    with pytest.raises(DependencyUnavailableError):
        await task.order()
    bench.store.is_away = False
    await begin(task)


async def test_a_store_that_goes_away_ends_the_work(bench: Bench, task: Task) -> None:
    await begin(task)
    bench.store.is_away = True
    await wait_until(lambda: not task.workshop.running)


async def test_impossible_frames_are_refused_before_any_work(bench: Bench, task: Task) -> None:
    with pytest.raises(InvalidRequestError):
        await task.order(a_body(head_frames=50))
    assert bench.store.calls["create_note"] == 0


async def test_closing_ends_everything_and_gives_leases_up(bench: Bench, task: Task) -> None:
    for number in (1, 2, 3):
        await task.order(a_body(number))
    await task.crew.close()
    assert (task.workshop.running, bench.notes()) == (set(), [])


async def test_a_wait_is_at_most_what_the_service_allows(task: Task) -> None:
    waits = task.composer._waits
    assert (waits.clamp(None), waits.clamp(1), waits.clamp(999)) == (0, 1, 5)


async def test_exports_leave_places_for_videos(bench: Bench) -> None:
    task = bench.add_task(max_running=2, max_queued=8)
    for number in (1, 2, 3):
        await task.composer.order(ADA, *an_export(number), 0)
    await task.order(a_body(1))
    await wait_until(lambda: len(task.workshop.running) == 2)
    assert sum("/exports/" in key for key in task.workshop.running) == 1
    assert key_of(a_body(1)) in task.workshop.running


async def test_one_users_exports_leave_places_for_anothers(bench: Bench) -> None:
    task = bench.add_task(max_running=2, max_queued=64)
    for number in range(EXPORTS_PER_USER):
        await task.composer.order(ADA, *an_export(number), 0)
    with pytest.raises(ComposerBusyError):
        await task.composer.order(ADA, *an_export(99), 0)
    assert isinstance(await task.composer.order(ADA, *an_export(0), 0), Pending)
    eve = UserId("eve")
    assert isinstance(await task.composer.order(eve, *an_export(1, eve), 0), Pending)
