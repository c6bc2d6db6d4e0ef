"""A stream goes on for as long as whoever holds it would be let in again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.fakes.gateway import GatewayBench, open_gateway
from tests.fakes.tokens import USER_ID
from tests.fakes.upstreams import FakeAnswer
from tests.fakes.visitors import Answer, Visitor

from omnigen_gateway.domain.standing import Standing
from omnigen_gateway.routes import leash as leash_module
from omnigen_shared.errors import DependencyUnavailableError

EVENTS = "/api/v1/jobs/job_1/events"


class Stream:
    """An open stream of events; `events` are what comes next."""

    def __init__(self, bench: GatewayBench) -> None:
        self.events: asyncio.Queue[bytes] = asyncio.Queue()
        bench.jobs.will(FakeAnswer(live=self._live(), headers=[(b"Content-Type", b"text/event-stream")]))
        self.visitor: Visitor = bench.visitor("GET", EVENTS)
        self.answer: asyncio.Task[Answer] = asyncio.create_task(self.visitor.call(bench.app))

    async def _live(self) -> AsyncIterator[bytes]:
        while event := await self.events.get():
            yield event

    async def send(self, event: bytes) -> None:
        """Let an event through."""
        self.visitor.arrived.clear()
        self.events.put_nowait(event)
        await self.visitor.arrived.wait()


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GatewayBench]:
    monkeypatch.setattr(leash_module, "LOOK_AGAIN_S", 0.001)
    async with open_gateway() as opened:
        yield opened


def forget(bench: GatewayBench) -> None:
    """As half a minute does."""
    bench.state["desk"].standings.forget(USER_ID)


async def test_it_ends_when_its_reader_is_disabled(bench: GatewayBench) -> None:
    stream = Stream(bench)
    await stream.send(b"id: 1\n\n")
    bench.identity.directory.users[USER_ID] = Standing(is_enabled=False)
    forget(bench)
    answer = await stream.answer
    assert (answer.status, answer.is_complete) == (200, False)


@pytest.mark.parametrize("error", [DependencyUnavailableError("away"), ZeroDivisionError("nobody foresaw it")])
async def test_it_goes_on_and_is_looked_at_again_while_nobody_can_tell(bench: GatewayBench, error: Exception) -> None:
    stream = Stream(bench)
    await stream.send(b"id: 1\n\n")
    bench.identity.sessions.error = error
    forget(bench)
    asked = len(bench.identity.directory.asked)
    while len(bench.identity.directory.asked) < asked + 3:
        await stream.send(b": heartbeat\n\n")
    bench.identity.sessions.error = None
    bench.identity.directory.users[USER_ID] = Standing(is_enabled=False)
    forget(bench)
    assert not (await stream.answer).is_complete
