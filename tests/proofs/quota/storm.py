"""Jobs live while processes are killed, the table fails and clients die: what stands in the end is the truth."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

from tests.proofs.quota import orders
from tests.proofs.quota.admission import WIDE
from tests.proofs.quota.books import Books, agree, read_books, sweep
from tests.proofs.quota.ground import CLIENTS, Round
from tests.proofs.quota.stories import Story, invent
from tests.proofs.quota.telling import Teller, resolve, tell_all
from tests.proofs.quota.weather import storm, watched

_LOOK_AGAIN_S: Final = 0.2
_SPARE: Final = 5


async def prove_storm(round_: Round, limit: int) -> None:
    """`attempts` jobs want to live; at most `limit` videos at any instant, and exactly the truth in the end."""
    user = round_.name_user("storm")
    await agree(round_.ground.table, user, videos_per_month=limit, concurrent_jobs=WIDE)
    stories = list(invent(round_.chance, round_.attempts))
    async with round_.open_callers() as callers:
        telling = _Telling(round_, Teller(callers, user, round_.chance), stories)
        await telling.run(limit)
        await sweep(round_.ground.table, user)
        _compare(round_, stories, telling.teller, await read_books(round_.ground.table, user))
        await _fill_up(round_, telling.teller, stories, limit)


@dataclass
class _Telling:
    """All stories of a round, and how many of them have been begun."""

    round_: Round
    teller: Teller
    stories: list[Story]
    begun: int = 0

    async def run(self, limit: int) -> None:
        """In the storm; then in clear weather what the storm has left open."""
        ground, board, chance = self.round_.ground, self.round_.board, self.round_.chance
        async with (
            watched(ground, self.teller.user, board, limit),
            storm(ground, chance, board, len(self.stories), lambda: self.begun / len(self.stories)),
        ):
            await self._tell()
        await resolve(self.teller, self.stories)
        await self.teller.settle_down()

    async def _tell(self) -> None:
        waiting = deque(self.stories)
        telling = asyncio.gather(*(tell_all(self.teller, waiting) for _ in range(CLIENTS)))
        while not telling.done():
            await asyncio.wait({telling}, timeout=_LOOK_AGAIN_S)
            begun = len(self.stories) - len(waiting)
            self.round_.advance("storm", max(0, begun - self.begun))
            self.begun = max(begun, self.begun)
        await telling
        await self.teller.settle_down()


def _compare(round_: Round, stories: list[Story], teller: Teller, books: Books) -> None:
    """Counters = ledger = what the clients were told."""
    board, told = round_.board, [story for story in stories if story.month]
    state = books.state
    board.expect_equal("storm_unforeseen", dict(teller.unforeseen), {})
    board.expect_equal("storm_findings", [f"{found.row}:{found.what}" for found in books.findings], [])
    board.expect_equal("storm_rows_owed", books.owed, 0)
    board.expect_equal("storm_requests_refused_by_dynamodb", dict(round_.ground.proxy.refusals), {})
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
