"""Clients of quota: signed calls to any of its processes, repeated with the same ids until one is answered."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import orjson

from omnigen_local.identities import ISSUERS, Identities
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner

TRIES: Final = 200
"""With the pauses between them far longer than any process is away."""
PATIENCE_S: Final = 120.0
"""Hundreds of calls wait for one emulated table. Who gave up early would come back with the same work once more."""
_LONGEST_PAUSE_S: Final = 2.0
_UNANSWERED: Final = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Call:
    """What one client asks. Sent again, it is a replay."""

    issuer: str
    user: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Definite: quota has done it, or refused it."""

    status: int
    body: Any
    tries: int = 1

    @property
    def is_yes(self) -> bool:
        return self.status < 300

    @property
    def code(self) -> str:
        """The problem's; empty for a yes."""
        return "" if self.is_yes else str(self.body.get("code", self.status))


class Callers:
    """All clients of one round: they share the sockets, not what they know."""

    def __init__(
        self, session: aiohttp.ClientSession, identities: Identities, urls: Sequence[str], chance: random.Random
    ) -> None:
        self._session = session
        self._urls = urls
        self._chance = chance
        self._signers = {name: IdentitySigner(name, identities.private_key(name)) for name in ISSUERS}

    async def ask(self, call: Call) -> Answer:
        """The answer, after as many tries as it takes. TimeoutError when nobody ever answers."""
        for number in range(1, TRIES + 1):
            answer = await self.try_once(call, number)
            if answer is not None:
                return answer
            await asyncio.sleep(self._chance.uniform(0.01, min(_LONGEST_PAUSE_S, 0.05 * 2**number)))
        raise TimeoutError(f"{call.method} {call.path} was not answered {TRIES} times.")

    async def try_once(self, call: Call, number: int = 1) -> Answer | None:
        """None: whether it was done is unknown."""
        headers = {
            IDENTITY_HEADER: self._signers[call.issuer].sign("quota", call.user, "enterprise"),
            "Content-Type": "application/json",
        }
        data = None if call.body is None else orjson.dumps(call.body)
        url = self._chance.choice(self._urls) + call.path
        try:
            async with self._session.request(call.method, url, data=data, headers=headers) as reply:
                raw = await reply.read()
                if reply.status in _UNANSWERED:
                    return None
                return Answer(reply.status, orjson.loads(raw) if raw else {}, number)
        except (aiohttp.ClientError, TimeoutError):
            return None


@asynccontextmanager
async def open_callers(identities: Identities, urls: Sequence[str], chance: random.Random) -> AsyncIterator[Callers]:
    """Clients of the processes at these addresses."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=4)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=PATIENCE_S)) as session:
        yield Callers(session, identities, urls, chance)
