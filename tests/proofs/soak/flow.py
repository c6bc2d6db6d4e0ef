"""A steady flow of all that users do: orders, watchers who stay or leave, cancels, lists, sign-ins, videos fetched."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from tests.integration.visitors import Visitor
from tests.proofs.load.answers import Answer, read_answer
from tests.proofs.load.ground import JOBS, Ground, new_key
from tests.proofs.load.kinds import SignIns

ORDER_EVERY_S: Final = 10.0
LIST_EVERY_S: Final = 0.5
PEEK_EVERY_S: Final = 1.0
SIGN_IN_EVERY_S: Final = 15.0
CANCELED: Final = 0.25
LEAVES_WITHIN_S: Final = 8.0
PATIENCE_S: Final = 240
STREAM: Final = aiohttp.ClientTimeout(total=None, sock_read=45)
END: Final = b"event: end"


@dataclass
class Flow:
    """`happened` counts what was done, `wrong` what was answered as it should not be."""

    ground: Ground
    chance: random.Random
    happened: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    _jobs: list[tuple[Visitor, str]] = field(default_factory=list)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, seconds: float) -> None:
        """For so long; then whoever is still there stays to the end of the job they watch."""
        self.sign_ins = SignIns(self.ground)
        await self.sign_ins.prepare()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                group.create_task(self._every(ORDER_EVERY_S, self._be_customer))
                group.create_task(self._every(LIST_EVERY_S, self._list))
                group.create_task(self._every(PEEK_EVERY_S, self._peek))
                group.create_task(self._every(SIGN_IN_EVERY_S, self._sign_in))
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=PATIENCE_S)
        for task in self._under_way:
            self.wrong["stuck"] += 1
            task.cancel()

    async def _every(self, pause_s: float, act: Callable[[], Awaitable[None]]) -> None:
        """An act does not wait for the one before; it goes on though the flow has ended."""
        while True:
            task: asyncio.Task[None] = asyncio.ensure_future(act())
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            await asyncio.sleep(pause_s)

    async def _be_customer(self) -> None:
        user, number = self.chance.choice(self.ground.users), self.chance.randrange(10**9)
        answer = await self.ground.order(user, new_key(), prompt=f"a harbour at dawn, take {number}", seed=number)
        self._expect("order", answer)
        if answer.status != 202:
            return
        job_id = answer.body["job_id"]
        self._jobs.append((user, job_id))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch(user, job_id))
            if self.chance.random() < CANCELED:
                group.create_task(self._call_off(user, job_id))
        await self._look_at_the_end(user, job_id)

    async def _watch(self, user: Visitor, job_id: str) -> None:
        """To the end, over losses."""
        for _ in range(PATIENCE_S):
            with suppress(aiohttp.ClientError, TimeoutError):
                async with await self._open_stream(user, job_id) as stream:
                    async for line in stream.content:
                        if line.startswith(END):
                            return
            self.happened["stream ended early"] += 1
            await asyncio.sleep(1)

    async def _call_off(self, user: Visitor, job_id: str) -> None:
        await asyncio.sleep(self.chance.uniform(0, LEAVES_WITHIN_S))
        answer = await self.ground.ask("POST", f"{JOBS}/{job_id}/cancel", user)
        self.happened["cancel" if answer.is_good else "cancel turned away"] += 1

    async def _look_at_the_end(self, user: Visitor, job_id: str) -> None:
        job = (await self.ground.ask_patiently("GET", f"{JOBS}/{job_id}", user)).body
        self.happened[job["status"]] += 1
        if job["status"] not in {"completed", "canceled"}:
            self.wrong[f"{job['status']}: {(job.get('problem') or {}).get('code')}"] += 1
        if job["status"] == "completed":
            video = await self.ground.ask("GET", job["links"]["video"], user)
            self._expect("video", video)

    async def _peek(self) -> None:
        """Somebody looks at a job's events, and leaves without a word."""
        if not self._jobs:
            return
        user, job_id = self.chance.choice(self._jobs[-5:])
        with suppress(aiohttp.ClientError, TimeoutError):
            stream = await self._open_stream(user, job_id)
            if stream.status != 200:
                self._expect("peek", await read_answer(stream))
                return
            await asyncio.sleep(self.chance.uniform(0, LEAVES_WITHIN_S))
            stream.close()
            self.happened["peek"] += 1

    async def _list(self) -> None:
        self._expect("list", await self.ground.ask("GET", JOBS, self.chance.choice(self.ground.users)))

    async def _sign_in(self) -> None:
        self._expect("sign-in", await self.sign_ins.act())

    async def _open_stream(self, user: Visitor, job_id: str) -> aiohttp.ClientResponse:
        headers = {"Authorization": f"Bearer {user.token}", "Accept": "text/event-stream"}
        url = f"{self.ground.url}{JOBS}/{job_id}/events"
        return await self.ground.session.get(url, headers=headers, timeout=STREAM)

    def _expect(self, what: str, answer: Answer) -> None:
        """A busy machine may turn somebody away, in the words that are for it."""
        self.happened[what if answer.is_good else f"{what} turned away"] += 1
        if not answer.is_documented:
            self.wrong[f"{what}: {answer.told}"] += 1
