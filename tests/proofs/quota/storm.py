"""Jobs live while processes are killed, the table fails and clients die: what stands in the end is the truth."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from tests.fakes.table_proxy import Weather
from tests.proofs.quota import orders
from tests.proofs.quota.admission import WIDE
from tests.proofs.quota.books import Books, agree, read_books, sweep
from tests.proofs.quota.ground import CLIENTS, Round
from tests.proofs.quota.stories import Story, invent
from tests.proofs.quota.telling import Teller, tell_all

from omnigen_quota.domain.months import month_of
from omnigen_shared.clock import SystemClock

FAULTS: Final = 0.006
"""Per call and kind of fault: with ten kinds one call in seventeen has its share."""
_LOOK_AGAIN_S: Final = 0.2
_SPARE: Final = 5


async def prove_storm(round_: Round, limit: int) -> None:
    """`attempts` jobs want to live; at most `limit` videos at any instant, and exactly the truth in the end."""
    user = round_.name_user("storm")
    await agree(round_.ground.table, user, videos_per_month=limit, concurrent_jobs=WIDE)
    stories = list(invent(round_.chance, round_.attempts))
    async with round_.open_callers(round_.ground.stormy) as callers:
        teller = Teller(callers, user, round_.chance)
        async with _bad_weather(round_), _watched(round_, user, limit):
            await _tell_with_progress(round_, teller, stories)
        await teller.settle_down()
        await sweep(round_.ground.table, user)
        _compare(round_, stories, teller, await read_books(round_.ground.table, user))
        await _fill_up(round_, teller, stories, limit)


async def _tell_with_progress(round_: Round, teller: Teller, stories: list[Story]) -> None:
    waiting = deque(stories)
    telling = asyncio.gather(*(tell_all(teller, waiting) for _ in range(CLIENTS)))
    told = 0
    while not telling.done():
        await asyncio.wait({telling}, timeout=_LOOK_AGAIN_S)
        now = len(stories) - len(waiting)
        round_.advance("storm", max(0, now - told))
        told = max(told, now)
    await telling
    await teller.settle_down()


@asynccontextmanager
async def _bad_weather(round_: Round) -> AsyncIterator[None]:
    """The table fails and processes die, until the block ends: then the sky is clear and everybody is there."""
    proxy, kills, faults = round_.ground.proxy, round_.ground.stormy.kills, round_.ground.proxy.faults.total()
    proxy.weather = Weather.storm(FAULTS)
    stop = asyncio.Event()
    killing = asyncio.create_task(_kill_and_start(round_, stop))
    try:
        yield
    finally:
        stop.set()
        await killing
        await proxy.clear_up()
    round_.board.expect(
        "storm_kills", round_.ground.stormy.kills - kills, ">0", holds=round_.ground.stormy.kills > kills
    )
    round_.board.expect("storm_faults", proxy.faults.total() - faults, ">0", holds=proxy.faults.total() > faults)


async def _kill_and_start(round_: Round, stop: asyncio.Event) -> None:
    fleet = round_.ground.stormy
    while not stop.is_set():
        place = round_.chance.randrange(len(fleet.seats))
        await fleet.kill(place)
        await asyncio.sleep(round_.chance.uniform(0, 0.2))
        await fleet.start_again(place)


@asynccontextmanager
async def _watched(round_: Round, user: str, limit: int) -> AsyncIterator[None]:
    """Looks at the counters again and again: not for an instant is a video too many counted."""
    highest = 0
    stop = asyncio.Event()

    async def watch() -> None:
        nonlocal highest
        while not stop.is_set():
            state = await round_.ground.table.find_month(user, month_of(SystemClock().now()))
            highest = max(highest, state.videos if state else 0)
            await asyncio.sleep(_LOOK_AGAIN_S)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        stop.set()
        await watching
    round_.board.expect_at_most("storm_highest_videos", highest, limit)


def _compare(round_: Round, stories: list[Story], teller: Teller, books: Books) -> None:
    """Counters = ledger = what the clients were told."""
    board, told = round_.board, [story for story in stories if story.month]
    state = books.state
    board.expect_equal("storm_unforeseen", dict(teller.unforeseen), {})
    board.expect_equal("storm_findings", [f"{found.row}:{found.what}" for found in books.findings], [])
    board.expect_equal("storm_rows_owed", books.owed, 0)
    board.expect_equal("storm_videos", state.videos, sum(story.counts_video for story in told))
    board.expect_equal("storm_open_jobs", state.open_jobs, sum(story.ending == "stay" for story in told))
    board.expect_equal("storm_spend", state.spend_microusd, sum(story.claim for story in told))
    board.expect_equal("storm_settled", state.settled_microusd, sum(story.spent for story in told))
    kept = {story.job_id: story.remaining for story in told if story.ending == "stay" or story.held}
    found = {job_id: booking.remaining_microusd for job_id, booking in books.full.items()}
    leaked, lost = sorted(found.keys() - kept.keys()), sorted(kept.keys() - found.keys())
    board.expect_equal("storm_leaked", leaked, [])
    board.expect_equal("storm_lost", lost, [])
    board.expect_equal("storm_remaining", sum(found.values()), sum(kept.values()))


async def _fill_up(round_: Round, teller: Teller, stories: list[Story], limit: int) -> None:
    """What is left of the limit is let in, and not one more."""
    left = limit - sum(story.counts_video for story in stories if story.month)
    calls = [orders.reserve(teller.user, f"fill_{number}", 0) for number in range(left + _SPARE)]
    answers = await asyncio.gather(*(teller.callers.ask(call) for call in calls))
    round_.board.expect_equal("storm_filled_up", sum(answer.is_yes for answer in answers), left)
