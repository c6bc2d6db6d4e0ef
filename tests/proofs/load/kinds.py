"""The kinds of requests that a crowd makes: signing in, listing, posting jobs, watching them."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Final, Protocol

import aiohttp
from tests.fakes.hosted_page import fill_in
from tests.integration.visitors import Visitor
from tests.proofs.load.answers import Answer, read_answer
from tests.proofs.load.ground import JOBS, TINY, Ground, new_key

from omnigen_local.demo.accounts import Account, UserPool, new_account, sign_up
from omnigen_shared.contracts.spending import PlanName

PEOPLE: Final = 8
WATCHED: Final = 4
FIRST_EVENT: Final = b"event: job.created"
ENDS_WITHIN_S: Final = 90
LOOK_S: Final = 2
ENDED: Final = frozenset({"canceled", "completed", "failed"})


class Kind(Protocol):
    """`act` makes one request, `rest` ends what the requests of a step have left."""

    async def prepare(self) -> None: ...
    async def act(self) -> Answer: ...
    async def rest(self) -> None: ...


@dataclass
class SignIns:
    """To the sign-in page, through it, and back with a session."""

    ground: Ground
    accounts: list[Account] = field(default_factory=list)

    async def prepare(self) -> None:
        record = self.ground.stack.record()
        pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
        self.accounts = [new_account() for _ in range(PEOPLE)]
        for account in self.accounts:
            await sign_up(pool, account, PlanName.FREE)
        self._next = cycle(self.accounts)

    async def act(self) -> Answer:
        try:
            departure = await self._get("/api/v1/auth/login?return_to=/jobs")
            if departure.status != 303:
                return await read_answer(departure)
            back = await fill_in(departure.headers["Location"], next(self._next))
            cookie = departure.headers["Set-Cookie"].partition(";")[0]
            return await read_answer(await self._get(back, Cookie=cookie))
        except (aiohttp.ClientError, TimeoutError, KeyError) as error:
            return Answer(0, type(error).__name__)

    async def rest(self) -> None:
        return

    async def _get(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        url = f"{self.ground.url}{path}"
        answer = await self.ground.session.get(url, headers=headers, allow_redirects=False)
        await answer.read()
        return answer


@dataclass
class Lists:
    """The first page of a user's jobs, twenty of many."""

    ground: Ground

    async def prepare(self) -> None:
        self._next = cycle(self.ground.users)

    async def act(self) -> Answer:
        return await self.ground.ask("GET", JOBS, next(self._next))

    async def rest(self) -> None:
        return


@dataclass
class Posts:
    """Orders. Each is called off as soon as it is accepted: how many videos a machine makes is another question."""

    ground: Ground
    sent: dict[str, Visitor] = field(default_factory=dict)
    accepted: dict[str, str] = field(default_factory=dict)
    """Keys of orders: whose they are, and the ids of the jobs that came of them."""
    _calls: set[asyncio.Task[Answer]] = field(default_factory=set)

    async def prepare(self) -> None:
        self._next = cycle(self.ground.users)

    async def act(self) -> Answer:
        user, key = next(self._next), new_key()
        self.sent[key] = user
        answer = await self.ground.order(user, key, prompt=f"a harbour at dawn, {key}")
        if answer.status == 202:
            self.accepted[key] = answer.body["job_id"]
            self._call_off(user, key)
        return answer

    async def rest(self) -> None:
        if self._calls:
            await asyncio.gather(*self._calls)

    async def count_lost(self) -> tuple[int, int]:
        """How many accepted jobs nobody knows of, and how many do not end; whatever was not answered is asked again."""
        for key, user in self.sent.items():
            if key not in self.accepted:
                answer = await self.ground.order(user, key, prompt=f"a harbour at dawn, {key}")
                if answer.status == 202:
                    self.accepted[key] = answer.body["job_id"]
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * ENDS_WITHIN_S):
                await self._call_off_the_rest()
        known = await self._find()
        lost = [job_id for job_id in self.accepted.values() if job_id not in known]
        for _ in range(ENDS_WITHIN_S // LOOK_S):
            known = await self._find()
            if all(known.get(job_id) in ENDED for job_id in self.accepted.values()):
                break
            await asyncio.sleep(LOOK_S)
        open_ones = [job_id for job_id in self.accepted.values() if known.get(job_id) not in ENDED]
        return len(lost), len(open_ones)

    async def _call_off_the_rest(self) -> None:
        known = await self._find()
        for key, job_id in self.accepted.items():
            while known.get(job_id) not in ENDED:
                answer = await self.ground.ask("POST", f"{JOBS}/{job_id}/cancel", self.sent[key])
                if answer.is_good or answer.status < 429:
                    break
                await asyncio.sleep(float(answer.retry_after or 1))

    async def _find(self) -> dict[str, str]:
        lists = [await self.ground.list_jobs(user) for user in self.ground.users]
        return {job["job_id"]: job["status"] for jobs in lists for job in jobs}

    def _call_off(self, user: Visitor, key: str) -> None:
        call = asyncio.create_task(self.ground.ask("POST", f"{JOBS}/{self.accepted[key]}/cancel", user))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)


@dataclass
class Watches:
    """Streams of events of a few jobs that take long; open until the step has ended."""

    ground: Ground
    _jobs: list[tuple[Visitor, str]] = field(default_factory=list)
    _open: list[aiohttp.ClientResponse] = field(default_factory=list)

    async def prepare(self) -> None:
        for user in self.ground.users[:WATCHED]:
            order = {**TINY, "prompt": "a slow river [[sim:slow=600]]"}
            answer = await self.ground.ask_patiently("POST", JOBS, user, order, **{"Idempotency-Key": new_key()})
            self._jobs.append((user, answer.body["job_id"]))
        self._next = cycle(self._jobs)

    async def act(self) -> Answer:
        user, job_id = next(self._next)
        headers = {"Authorization": f"Bearer {user.token}", "Accept": "text/event-stream"}
        url = f"{self.ground.url}{JOBS}/{job_id}/events"
        try:
            stream = await self.ground.session.get(url, headers=headers, timeout=aiohttp.ClientTimeout(sock_read=70))
            if stream.status != 200:
                return await read_answer(stream)
            self._open.append(stream)
            async for line in stream.content:
                if line.startswith(FIRST_EVENT):
                    return Answer(200)
            return Answer(0, "ended")
        except (aiohttp.ClientError, TimeoutError) as error:
            return Answer(0, type(error).__name__)

    async def rest(self) -> None:
        for stream in self._open:
            stream.close()
        self._open.clear()

    async def call_off(self) -> None:
        for user, job_id in self._jobs:
            await self.ground.ask("POST", f"{JOBS}/{job_id}/cancel", user)
