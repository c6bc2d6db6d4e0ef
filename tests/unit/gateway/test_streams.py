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


async def test_it_ends_with_its_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnigen_gateway.app.LOOK_EVERY_S", 0.001)
    stop = asyncio.Event()
    async with open_gateway(is_stopping=stop.is_set) as bench:
        stream = Stream(bench)
        await stream.send(b"id: 1\n\n")
        stop.set()
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


async def test_a_user_holds_so_many_and_no_more() -> None:
    async with open_gateway(streams_per_user=2) as bench:
        streams = [await hold(bench), await hold(bench)]
        refused = await bench.visitor("GET", EVENTS).call(bench.app)
        assert (refused.status, refused.json["code"], refused.json["details"]) == (
            429,
            "too_many_streams",
            {"limit": 2},
        )
        assert refused.header("retry-after") == "5"
        for stream in (*streams, None):
            ending = stream or await hold(bench)
            ending.events.put_nowait(b"")
            assert (await ending.answer).status == 200


async def hold(bench: GatewayBench) -> Stream:
    stream = Stream(bench)
    await stream.send(b"id: 1\n\n")
    return stream
