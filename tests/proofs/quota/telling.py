"""Tells stories to quota: each call until it is answered, some twice at once, some again later, some with a lie."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tests.proofs.quota import orders
from tests.proofs.quota.callers import Answer, Call, Callers
from tests.proofs.quota.stories import PaidCall, Story

ECHOES: Final = 0.25
LIES: Final = 0.05
ASKERS: Final = 20
_ECHO_S: Final = 1.0
_SETTLED_ALREADY: Final = frozenset({"", "intent_closed"})
_YES: Final = frozenset({""})
_LIE_FOUND: Final = frozenset({"amount_mismatch", "intent_closed", "reservation_closed"})


class DiedError(Exception):
    """A client is gone in the middle of a call: whether quota has heard it, nobody knows."""


@dataclass
class Teller:
    """All clients of one user. `unforeseen` counts answers that quota must not give."""

    callers: Callers
    user: str
    chance: random.Random
    stories: list[Story]
    unforeseen: Counter[str] = field(default_factory=Counter)
    echoes: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.waiting = deque(self.stories)

    @property
    def told(self) -> list[Story]:
        """Those whose job had a place."""
        return [story for story in self.stories if story.month]

    @property
    def refused(self) -> set[str]:
        """Jobs that had none."""
        return {story.job_id for story in self.stories if not story.month}

    async def be_client(self) -> None:
        """Take one waiting story after another; when this client dies, the story waits again for another one."""
        while self.waiting:
            story = self.waiting.popleft()
            try:
                await self.tell(story)
            except DiedError:
                self.waiting.append(story)

    async def resolve(self) -> None:
        """Ask again where nobody knows whether the reservation was heard, as whoever finds such a job does."""
        await self._settle_down()
        self.waiting.extend(story for story in self.stories if story.is_doubtful and not story.month)
        await asyncio.gather(*(self.be_client() for _ in range(ASKERS)))
        await self._settle_down()

    async def tell(self, story: Story) -> None:
        """From the beginning, as whoever takes a dead client's job over does. DiedError."""
        life = _Life(self, story, story.lives.pop(0) if story.lives else None)
        if not await life.reserve():
            return
        for paid in story.calls:
            await life.pay(paid)
        if story.ending != "stay":
            await life.end()
        for paid in story.calls:
            if paid.is_late:
                await life.account(paid)

    async def _settle_down(self) -> None:
        """Return when no echo is under way any more."""
        while self.echoes:
            await asyncio.gather(*self.echoes)

    def expect(self, what: str, answer: Answer, codes: frozenset[str]) -> None:
        if answer.code not in codes:
            self.unforeseen[f"{what}:{answer.code or answer.status}"] += 1

    def echo(self, what: str, call: Call, codes: frozenset[str]) -> None:
        """The same call once more, now or a good while later, over whatever process."""
        self._spawn(self._repeat(what, call, codes))

    def cut_short(self, call: Call) -> None:
        """Send it and wait for nothing."""
        self._spawn(self._send(call))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.echoes.add(task)
        task.add_done_callback(self.echoes.discard)

    async def _repeat(self, what: str, call: Call, codes: frozenset[str]) -> None:
        await asyncio.sleep(self.chance.choice((0.0, self.chance.uniform(0, _ECHO_S))))
        self.expect(f"late_{what}", await self.callers.ask(call), codes)

    async def _send(self, call: Call) -> None:
        await self.callers.try_once(call)


@dataclass
class _Life:
    """One client with one job. `left` is how many calls it has left to make, the last one unheard; None: no end."""

    teller: Teller
    story: Story
    left: int | None

    async def reserve(self) -> bool:
        """Whether the job has a place."""
        story = self.story
        call = orders.reserve(self.teller.user, story.job_id, story.cost)
        story.is_doubtful = True
        answer = await self._ask(call)
        story.is_doubtful = answer.tries > 1
        # Whoever takes a job over may find it released already, by a call that its dead client saw no answer of.
        again = frozenset({"", "reservation_closed"}) if story.ending == "release" else _YES
        if answer.is_yes:
            story.month = answer.body["month"]
            self._haunt("reserve", call, again, "max_cost_microusd")
        self.teller.expect("reserve", answer, again if story.month else frozenset({"quota_exceeded"}))
        return bool(story.month)

    async def pay(self, paid: PaidCall) -> None:
        call = orders.spend(*self._place, paid.name, paid.price)
        # Whoever takes over finds calls that the dead client has ended already.
        await self._do("spend", call, _SETTLED_ALREADY, "price_microusd")
        if not paid.is_late:
            await self.account(paid)

    async def account(self, paid: PaidCall) -> None:
        if paid.end == "settle":
            call = orders.settle(*self._place, paid.name, paid.actual)
            await self._do("settle", call, _YES, "actual_microusd")
        elif paid.end == "refund":
            await self._do("refund", orders.refund(*self._place, paid.name), _YES)

    async def end(self) -> None:
        make = orders.commit if self.story.ending == "commit" else orders.release
        await self._do(self.story.ending, make(*self._place), _YES)

    @property
    def _place(self) -> tuple[str, str, str]:
        return self.teller.user, self.story.month, self.story.job_id

    async def _do(self, what: str, call: Call, codes: frozenset[str], amount: str = "") -> None:
        self.teller.expect(what, await self._ask(call), codes)
        self._haunt(what, call, codes | _SETTLED_ALREADY if what == "spend" else codes, amount)

    async def _ask(self, call: Call) -> Answer:
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.teller.cut_short(call)
                raise DiedError
        return await self.teller.callers.ask(call)

    def _haunt(self, what: str, call: Call, codes: frozenset[str], amount: str) -> None:
        chance = self.teller.chance
        if chance.random() < ECHOES:
            self.teller.echo(what, call, codes)
        if amount and call.body is not None and chance.random() < LIES:
            lie = replace(call, body={**call.body, amount: int(call.body[amount]) + 1})
            self.teller.echo(f"lied_{what}", lie, _LIE_FOUND)
