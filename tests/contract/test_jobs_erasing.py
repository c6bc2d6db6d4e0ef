"""A user is erased from the real table: nothing is left of them, wherever a pass dies, and nothing of others goes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from tests.fakes.assets import PICTURE, FakeBox, make_share, make_upload
from tests.fakes.emulated_jobs import TableStore, open_jobs_table
from tests.fakes.hooks_bench import HOOK, make_hook, make_message
from tests.fakes.jobs_bench import (
    JOB,
    OTHER_JOB,
    USER,
    JobsBench,
    make_job,
    make_output,
    make_settings,
    make_storyboard,
)
from tests.fakes.sudden_death import Fate, KilledError, Mortal

from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.chores import ErasureChore
from omnigen_jobs.domain.events import job_completed, job_created
from omnigen_jobs.domain.hooks import Hooks
from omnigen_jobs.domain.messages import Posting
from omnigen_jobs.domain.records import Money
from omnigen_jobs.domain.rounds import Wish
from omnigen_jobs.domain.shares import Shares
from omnigen_jobs.domain.uploads import Purpose, Uploads
from omnigen_jobs.store.access import TableAccess
from omnigen_jobs.store.assets import AssetTable
from omnigen_jobs.store.batches import BatchTable
from omnigen_jobs.store.erasures import ErasureTable
from omnigen_jobs.store.post import PostTable
from omnigen_jobs.store.shares import ShareTable
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import IntentStatus, JobKind, JobStatus, MoveIntent
from omnigen_shared.errors import NotFoundError
from omnigen_shared.testing.clock import FrozenClock

REFUND = MoveIntent(expected=IntentStatus.CREATED, status=IntentStatus.REFUNDED)
EVE = UserId("eve")
PLAN = JobId("job_" + "9" * 32)
EVES_JOB = JobId("job_" + "e" * 32)
FILES = (f"u/{USER}/clips/a.mp4", f"u/{USER}/uploads/x", f"u/{EVE}/clips/a.mp4", f"u/{USER}2/clips/a.mp4")


class Both:
    """Uploads, shares and chores over one table, as the bench has them in one object."""

    def __init__(self, access: TableAccess) -> None:
        self._parts = (AssetTable(access), ShareTable(access), BatchTable(access))

    def __getattr__(self, name: str) -> Any:
        return next(getattr(part, name) for part in self._parts if hasattr(part, name))


@pytest.fixture
async def access(emulator_url: str) -> AsyncIterator[TableAccess]:
    async with open_jobs_table(emulator_url) as access:
        yield access


@pytest.fixture
async def bench(access: TableAccess) -> JobsBench:
    """A user with a finished job, one that was never admitted, a storyboard, webhooks, uploads, a link; and Eve."""
    table, clock = TableStore(access), FrozenClock()
    bench = JobsBench(
        store=table,
        post=PostTable(access),
        assets=Both(access),
        erasures=ErasureTable(access),
        box=FakeBox(dict.fromkeys(FILES, b"x")),
        clock=clock,
        settings=make_settings(),
    )
    fresh = {"version": 0, "storyboard": make_storyboard()}
    ended = {**fresh, "status": JobStatus.COMPLETED, "money": Money.CLOSED, "lease_until": None}
    for user_id, job_id in ((USER, JOB), (EVE, EVES_JOB)):
        job = make_job(clock, user_id=user_id, job_id=job_id, **fresh)
        await table.commit(change_job(job, job_created(job, clock.now())))
    await bench.plan()
    await bench.send()
    await bench.move("created", "settled", output_key=f"u/{USER}/clips/a.mp4", actual_microusd=1)
    job = (await bench.read()).job
    done = replace(job, status=JobStatus.COMPLETED, money=Money.CLOSED, lease_until=None)
    await table.commit(change_job(done, job_completed(done, make_output(), clock.now())))
    await table.commit(change_job(make_job(clock, job_id=PLAN, kind=JobKind.STORYBOARD, **ended)))
    await bench.post.commit(Posting(hooks=Hooks(user_id=USER, hooks=(make_hook(clock),))))
    await bench.post.commit(Posting(messages=(make_message(clock, version=0),)))
    upload = make_upload(clock, PICTURE, Purpose.LOGO, USER)
    await bench.assets.put_uploads(Uploads(user_id=USER, uploads=(upload,)))
    share = make_share(clock, JOB, USER)
    await bench.assets.put_shares(Shares(job_id=JOB, shares=(share,)), added=share)
    return bench


async def list_items(access: TableAccess) -> list[tuple[str, str]]:
    answer = await access._client.scan(TableName=access.table)
    return sorted((item["pk"]["S"], item["sk"]["S"]) for item in answer["Items"])


async def wait(bench: JobsBench, minutes: float = 1.01) -> None:
    bench.clock.advance(timedelta(minutes=minutes).total_seconds())
    await bench.tidier.sweep()


async def test_nothing_is_left_of_them_and_all_of_the_others(bench: JobsBench, access: TableAccess) -> None:
    assert len(await list_items(access)) > 15
    await bench.uses.erasing.ask(USER)
    await bench.uses.erasing.ask(USER)
    assert await bench.assets.list_chores(bench.clock.now() + timedelta(seconds=1), 25) == [ErasureChore(USER)]
    await wait(bench)
    assert {pk for pk, _ in await list_items(access)} == {f"USER#{USER}", f"JOB#{EVES_JOB}"}
    for _ in range(3):
        await wait(bench)
    assert {pk for pk, _ in await list_items(access)} == {f"JOB#{EVES_JOB}"}
    assert set(bench.box.objects) == {f"u/{EVE}/clips/a.mp4", f"u/{USER}2/clips/a.mp4"}
    assert HOOK not in str(await list_items(access))


async def test_what_is_ordered_while_keys_still_act_goes_too(bench: JobsBench, access: TableAccess) -> None:
    await bench.uses.erasing.ask(USER)
    await wait(bench)
    late = await bench.create()
    assert (await bench.read(late)).job.status is JobStatus.PENDING
    for _ in range(6):
        await wait(bench)
        bench.clock.advance(46)
        await bench.reaper.sweep()
    assert {pk for pk, _ in await list_items(access)} == {f"JOB#{EVES_JOB}"}
    assert bench.quota.states[late] == "released"


async def test_what_the_provider_may_still_charge_is_waited_for(bench: JobsBench, access: TableAccess) -> None:
    job = make_job(bench.clock, version=0, job_id=OTHER_JOB, storyboard=make_storyboard())
    await bench.store.commit(change_job(job, job_created(job, bench.clock.now())))
    await bench.plan(OTHER_JOB, fingerprint="e" * 64)
    await bench.send("p-9", OTHER_JOB)
    await bench.uses.erasing.ask(USER)
    for _ in range(4):
        await wait(bench)
    bench.clock.advance(600)
    await bench.reaper.sweep()
    record = await bench.read(OTHER_JOB)
    assert (record.job.status, len(record.intents)) == (JobStatus.CANCELED, 1)
    assert (await bench.store.find_job(JOB)) is None
    await bench.uses.spending.move(USER, OTHER_JOB, record.job.attempt, record.intents[0].intent_id, REFUND)
    for _ in range(6):
        bench.clock.advance(46)
        await bench.reaper.sweep()
        await wait(bench)
    assert {pk for pk, _ in await list_items(access)} == {f"JOB#{EVES_JOB}"}


async def test_a_round_that_is_asked_for_meanwhile_is_ended_and_given_back_first(
    bench: JobsBench, access: TableAccess
) -> None:
    read = bench.store.find_record

    async def find_record(job_id: JobId) -> Any:
        """Right after the pass has seen the job, its user wants another take; their session acts for a minute."""
        record = await read(job_id)
        if job_id == JOB:
            bench.store.find_record = read
            await bench.uses.resuming.resume(USER, JOB, Wish(scene=1))
        return record

    await bench.uses.erasing.ask(USER)
    bench.store.find_record = find_record
    for _ in range(6):
        await wait(bench)
        bench.clock.advance(46)
        await bench.reaper.sweep()
    assert {pk for pk, _ in await list_items(access)} == {f"JOB#{EVES_JOB}"}
    assert bench.quota.states[f"{JOB}.2"] == "released"


async def test_of_a_job_that_is_about_to_go_no_round_is_begun(bench: JobsBench) -> None:
    remove = bench.erasures.remove_job

    async def remove_job(job_id: JobId, provider_ids: Sequence[str]) -> None:
        if job_id == JOB:
            with pytest.raises(NotFoundError):
                await bench.uses.resuming.resume(USER, JOB, Wish(scene=1))
        await remove(job_id, provider_ids)

    await bench.uses.erasing.ask(USER)
    mortal: Any = replace(bench, erasures=SimpleNamespace(**_ports(bench.erasures), remove_job=remove_job))
    await mortal.uses.erasing.do_pass(USER)
    assert await bench.store.find_job(JOB) is None
    assert bench.quota.states == {}


def _ports(erasures: ErasureTable) -> dict[str, Any]:
    names = [name for name in vars(ErasureTable) if name.partition("_")[0] in {"find", "put", "list"}]
    others = [f"remove_{what}" for what in ("erasure", "batches", "messages", "user_items")]
    return {name: getattr(erasures, name) for name in (*names, *others)}


@pytest.mark.parametrize("is_heard", [False, True])
@pytest.mark.parametrize("nth", [0, 1, 2, 4, 6, 8, 10, 12, 14])
async def test_wherever_a_pass_dies_the_next_goes_on(
    bench: JobsBench, access: TableAccess, nth: int, is_heard: bool
) -> None:
    await bench.uses.erasing.ask(USER)
    bench.clock.advance(1)
    fate = Fate(nth, is_heard)
    erasures: Any = Mortal(bench.erasures, fate)
    mortal = replace(bench, erasures=erasures, store=Mortal(bench.store, fate), box=Mortal(bench.box, fate))  # type: ignore[arg-type]
    with suppress(KilledError):
        await mortal.uses.erasing.do_pass(USER)
    for _ in range(4):
        await wait(bench, 5.01)
    assert {pk for pk, _ in await list_items(access)} == {f"JOB#{EVES_JOB}"}
