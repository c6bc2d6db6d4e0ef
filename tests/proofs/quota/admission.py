"""Many clients at once over all processes: exactly the limit is let in, by videos and by money."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from tests.proofs.quota import orders
from tests.proofs.quota.books import agree, read_books
from tests.proofs.quota.callers import Answer, Callers
from tests.proofs.quota.ground import Round, crowd

WIDE: Final = 10**6
MONEY_SHARE: Final = 5
"""One attempt in so many is about money: what is held stays open, and a month with many open jobs is slow."""
_COST: Final = 1_000
REFUSED: Final = "quota_exceeded"


@dataclass
class Tally:
    """What the clients were told."""

    admitted: list[int] = field(default_factory=list)
    """The cost of each job that was let in."""
    refused: list[int] = field(default_factory=list)
    unforeseen: Counter[str] = field(default_factory=Counter)

    def add(self, cost: int, answer: Answer, cap: str) -> None:
        if answer.is_yes:
            self.admitted.append(cost)
        elif answer.code == REFUSED and answer.body["details"]["cap"] == cap:
            self.refused.append(cost)
        else:
            self.unforeseen[answer.code] += 1


async def prove_videos(round_: Round, limit: int) -> None:
    """`attempts` jobs want one video each."""
    user, what = round_.name_user("videos"), f"videos_{limit}"
    await agree(round_.ground.table, user, videos_per_month=limit, concurrent_jobs=WIDE)
    tally = await _rush(round_, user, [_COST] * round_.attempts, "videos_per_month")
    board, books = round_.board, await read_books(round_.ground.table, user)
    board.expect_equal(f"{what}_admitted", len(tally.admitted), limit)
    board.expect_equal(f"{what}_refused", len(tally.refused), round_.attempts - limit)
    board.expect_equal(f"{what}_unforeseen", dict(tally.unforeseen), {})
    board.expect_equal(f"{what}_counter", books.state.videos, limit)
    board.expect_equal(f"{what}_findings", len(books.findings), 0)


async def prove_money(round_: Round, limit: int) -> None:
    """Jobs of uneven cost: the sum stays within the limit, and nothing that would still have fitted was refused."""
    user = round_.name_user("money")
    await agree(
        round_.ground.table,
        user,
        videos_per_month=WIDE,
        concurrent_jobs=WIDE,
        spend_per_month_microusd=limit,
    )
    costs = [round_.chance.randint(1, limit // 20) for _ in range(round_.attempts // MONEY_SHARE)]
    tally = await _rush(round_, user, costs, "spend_per_month")
    board, held = round_.board, sum(tally.admitted)
    board.expect("money_held", held, f"<={limit}", holds=held <= limit)
    least = min(tally.refused, default=limit + 1)
    board.expect("money_refused_though_it_fits", least, f">{limit - held}", holds=least > limit - held)
    board.expect_equal("money_unforeseen", dict(tally.unforeseen), {})
    rest = Tally()
    async with round_.open_callers() as callers:
        for name, cost in (("over", limit - held + 1), ("exact", limit - held)):
            await _reserve(callers, rest, user, f"rest_{name}", cost, "spend_per_month")
    board.expect_equal("money_last_microdollar", (rest.refused, rest.admitted), ([limit - held + 1], [limit - held]))
    books = await read_books(round_.ground.table, user)
    board.expect_equal("money_counter", books.state.spend_microusd, limit)
    board.expect_equal("money_findings", len(books.findings), 0)


async def _rush(round_: Round, user: str, costs: list[int], cap: str) -> Tally:
    tally = Tally()
    async with round_.open_callers() as callers:
        works = [
            partial(_reserve, callers, tally, user, f"job_{number}", cost, cap) for number, cost in enumerate(costs)
        ]
        await crowd(works, partial(round_.advance, cap, 1))
    return tally


async def _reserve(callers: Callers, tally: Tally, user: str, job_id: str, cost: int, cap: str) -> None:
    answer = await callers.ask(orders.reserve(user, job_id, cost))
    tally.add(cost, answer, cap)
    if answer.is_yes and cap == "videos_per_month":
        # It ends at once: what is open together is a matter of the concurrency cap, and of no video.
        await callers.ask(orders.commit(user, answer.body["month"], job_id))
