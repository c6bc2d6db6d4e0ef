"""Jobs live while processes are killed, the table fails and clients die: what stands in the end is the truth."""

import asyncio
from collections.abc import Sequence
from typing import Final

from bench.goals import Scoreboard
from tests.proofs.quota import orders
from tests.proofs.quota.admission import WIDE
from tests.proofs.quota.books import TOMORROW, Books, agree, find_present, read_books, sweep
from tests.proofs.quota.ground import CLIENTS, Round
from tests.proofs.quota.stories import Story, invent
from tests.proofs.quota.telling import Teller
from tests.proofs.quota.weather import storm, watched

from omnigen_quota.domain.bookings import Booking

_LOOK_AGAIN_S: Final = 0.2
_SPARE: Final = 5


async def prove_storm(round_: Round, limit: int) -> None:
    """`attempts` jobs want to live; at most `limit` videos at any instant, and exactly the truth in the end."""
    user, ground = round_.name_user("storm"), round_.ground
    await agree(ground.table, user, videos_per_month=limit, concurrent_jobs=WIDE)
    async with round_.open_callers() as callers:
        teller = Teller(callers, user, round_.chance, list(invent(round_.chance, round_.attempts)))

        async def count() -> int:
            return (await find_present(ground.table, user)).videos

        async with watched(count, round_.board, "storm_highest_videos", limit):
            await weather_the_storm(round_, "storm", [teller])
        await compare(round_, "storm", teller)
        await _fill_up(round_, teller, limit)


async def weather_the_storm(round_: Round, part: str, tellers: Sequence[Teller]) -> None:
    """CLIENTS clients tell all stories in a storm; in clear weather follows what the storm has left open."""
    total = sum(len(teller.stories) for teller in tellers)
    begun = 0

    def share() -> float:
        return begun / total

    async with storm(round_.ground, round_.chance, round_.board, part, total, share):
        clients = [teller.be_client() for teller in tellers for _ in range(CLIENTS // len(tellers))]
        telling = asyncio.gather(*clients)
        while not telling.done():
            await asyncio.wait({telling}, timeout=_LOOK_AGAIN_S)
            step = total - sum(len(teller.waiting) for teller in tellers) - begun
            begun += max(0, step)
            round_.advance(part, max(0, step))
        await telling
    for teller in tellers:
        await teller.resolve()


async def compare(round_: Round, part: str, teller: Teller) -> None:
    """Counters = ledger = what the clients were told; and nothing is left of what nobody knows of after the sweep."""
    table, board = round_.ground.table, round_.board
    board.expect_equal(f"{part}_unforeseen", dict(teller.unforeseen), {})
    await sweep(table, teller.user)
    books = await read_books(table, teller.user)
    # A try that nobody waited for may be let in after a later one was refused. It counts until the sweep finds it.
    strays = {job_id: books.full[job_id] for job_id in books.full.keys() & teller.refused}
    _compare(board, part, teller.told, books, list(strays.values()))
    await sweep(table, teller.user, TOMORROW)
    for story in teller.told:
        story.is_swept = story.ending == "stay"
    _compare(board, f"{part}_swept", teller.told, await read_books(table, teller.user), [])


def _compare(board: Scoreboard, part: str, told: Sequence[Story], books: Books, strays: Sequence[Booking]) -> None:
    state, stray_cost = books.state, sum(booking.max_microusd for booking in strays)
    board.expect_equal(f"{part}_findings", [f"{found.row}:{found.what}" for found in books.findings], [])
    board.expect_equal(f"{part}_rows_owed", books.owed, 0)
    videos = sum(story.counts_video for story in told)
    board.expect_equal(f"{part}_videos", state.videos, videos + len(strays))
    board.expect_equal(f"{part}_open_jobs", state.open_jobs, sum(story.is_open for story in told) + len(strays))
    spend = sum(story.claim for story in told)
    board.expect_equal(f"{part}_spend", state.spend_microusd, spend + stray_cost)
    board.expect_equal(f"{part}_settled", state.settled_microusd, sum(story.spent for story in told))
    kept = {story.job_id: story.remaining for story in told if story.is_open or story.held}
    found = {job_id: booking.remaining_microusd for job_id, booking in books.full.items()}
    board.expect_equal(f"{part}_lost", sorted(kept.keys() - found.keys()), [])
    board.expect_equal(f"{part}_leaked", len(found.keys() - kept.keys()), len(strays))
    board.expect_equal(f"{part}_remaining", sum(found.values()), sum(kept.values()) + stray_cost)


async def _fill_up(round_: Round, teller: Teller, limit: int) -> None:
    """What is left of the limit is let in, and not one more."""
    left = limit - sum(story.counts_video for story in teller.told)
    calls = [orders.reserve(teller.user, f"fill_{number}", 0) for number in range(left + _SPARE)]
    answers = await asyncio.gather(*(teller.callers.ask(call) for call in calls))
    round_.board.expect_equal("storm_filled_up", sum(answer.is_yes for answer in answers), left)
