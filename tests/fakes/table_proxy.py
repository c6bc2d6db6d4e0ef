"""A proxy in front of DynamoDB that speaks its wire: it counts the calls, and answers or keeps silent as the real
service may and the emulator never does.
"""

import asyncio
import random
import zlib
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

import aiohttp
import orjson
from aiohttp import web
from tests.fakes.dynamodb.requests import Schema, check_request
from tests.fakes.dynamodb.words import RefusedError

_NAMESPACE: Final = "com.amazonaws.dynamodb.v20120810"
_TARGET: Final = "X-Amz-Target"
_FORWARDED: Final = ("Content-Type", _TARGET, "Authorization", "X-Amz-Date", "X-Amz-Security-Token")
_MAX_BODY: Final = 16 * 1024 * 1024
_LATE_S: Final = 0.4
_CONNECTIONS: Final = 64
"""Fewer than an emulator keeps waiting at its door: on a busy machine it would not see more for half a minute."""


class Fault(StrEnum):
    """What may come between a caller and its answer."""

    CONFLICT = "conflict"
    """Another transaction holds the item: nothing was done."""
    THROTTLED = "throttled"
    """The account calls too often: nothing was done."""
    OVER_CAPACITY = "over_capacity"
    """The partition is asked too often: nothing was done."""
    BROKEN = "broken"
    """500; nothing was done, but a caller cannot know that."""
    BROKEN_AFTER = "broken_after"
    """500, and it was done."""
    WORDLESS = "wordless"
    """502 of somebody on the way, in a body that nobody can read; nothing was done."""
    UNHEARD = "unheard"
    """The connection ends before the call is read."""
    LOST = "lost"
    """It was done, and the connection ends instead of the answer."""
    TORN = "torn"
    """It was done, and the connection ends in the middle of the answer."""
    LATE = "late"
    """The connection ends at once; the call is done a good while later, after what its caller has tried since."""
    SLOW = "slow"
    """It waits first, so that calls overtake each other."""


_REFUSALS: Final[Mapping[Fault, tuple[int, str, str]]] = {
    Fault.CONFLICT: (400, f"{_NAMESPACE}#TransactionConflictException", "Transaction is ongoing for the item"),
    Fault.THROTTLED: (
        400,
        "com.amazon.coral.availability#ThrottlingException",
        "Rate of requests exceeds the allowed throughput.",
    ),
    Fault.OVER_CAPACITY: (
        400,
        f"{_NAMESPACE}#ProvisionedThroughputExceededException",
        (
            "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
            "provisioning level with the UpdateTable API."
        ),
    ),
    Fault.BROKEN: (500, f"{_NAMESPACE}#InternalServerError", "Internal server error"),
    Fault.BROKEN_AFTER: (500, f"{_NAMESPACE}#InternalServerError", "Internal server error"),
}
_DONE: Final = frozenset({Fault.BROKEN_AFTER, Fault.LOST, Fault.TORN})


@dataclass
class Weather:
    """How likely each fault is per call, 0 … 1; all of them together stay below 1. Empty: none ever happens."""

    likelihood: dict[Fault, float] = field(default_factory=dict)

    @classmethod
    def storm(cls, likelihood: float = 0.01) -> Self:
        """Every fault alike."""
        return cls(dict.fromkeys(Fault, likelihood))

    def draw(self, chance: float) -> Fault | None:
        """The fault that a number from 0 to 1 stands for."""
        for fault, likelihood in self.likelihood.items():
            chance -= likelihood
            if chance < 0:
                return fault
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class TableProxy:
    """An async context manager. `calls` counts by operation what arrived, `faults` what was done to it."""

    def __init__(self, target_url: str, seed: int = 0, schema: Schema | None = None) -> None:
        """With a `schema` every request is held to the real service's rules: `refusals` says what it would not take."""
        self.weather = Weather()
        self.calls: Counter[str] = Counter()
        self.faults: Counter[Fault] = Counter()
        self.url = ""
        self.target_url = target_url
        self.random = random.Random(seed)  # noqa: S311 - which call fails is no secret
        self._schema = schema
        self.refusals: Counter[str] = Counter()
        self._late: set[asyncio.Task[Answer]] = set()
        self._cleanup = AsyncExitStack()
        self.session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            connector = aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=4)
            patient = aiohttp.ClientTimeout(total=None, sock_connect=None)
            self.session = await stack.enter_async_context(
                aiohttp.ClientSession(connector=connector, timeout=patient, auto_decompress=False)
            )
            app = web.Application(client_max_size=_MAX_BODY)
            app.router.add_route("*", "/{path:.*}", self._handle)
            # A call that nobody waits for any more, and that has not been sent on, must not keep others waiting.
            runner = web.AppRunner(
                app, access_log=None, handle_signals=False, shutdown_timeout=1, handler_cancellation=True
            )
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            self.url = f"http://{host}:{port}"
            self._cleanup = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.clear_up()
        await self._cleanup.aclose()

    async def clear_up(self) -> None:
        """No fault from now on; what was to be done late has been done when this returns."""
        self.weather = Weather()
        while self._late:
            await asyncio.gather(*self._late, return_exceptions=True)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        operation = self._name_operation(request)
        body = await request.read()
        self.calls[operation] += 1
        self._check(operation, body)
        fault = self._weather_of(request).draw(self.random.random())
        if fault is None:
            return _reply(await self._forward(request, body))
        self.faults[fault] += 1
        return await self._strike(fault, request, body)

    def _name_operation(self, request: web.Request) -> str:
        return request.headers.get(_TARGET, "").partition(".")[2]

    def _weather_of(self, request: web.Request) -> Weather:
        """What may befall this call."""
        del request
        return self.weather

    def _refuse(self, fault: Fault, request: web.Request) -> Answer | None:
        """What the service says instead of an answer; None when that is none of its words."""
        del request
        return _refusal(*_REFUSALS[fault]) if fault in _REFUSALS else None

    def _check(self, operation: str, body: bytes) -> None:
        if self._schema is None:
            return
        try:
            check_request(operation, orjson.loads(body), self._schema)
        except RefusedError as refusal:
            self.refusals[f"{operation}: {refusal}"] += 1

    async def _strike(self, fault: Fault, request: web.Request, body: bytes) -> web.StreamResponse:
        if fault is Fault.SLOW:
            await asyncio.sleep(self.random.uniform(0, _LATE_S))
            return _reply(await self._forward(request, body))
        if fault is Fault.LATE:
            task = asyncio.create_task(self._forward_late(request, body))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        answer = await self._forward(request, body) if fault in _DONE else None
        refusal = self._refuse(fault, request)
        if refusal is not None:
            return _reply(refusal)
        if fault is Fault.WORDLESS:
            return _reply(Answer(502, {"Content-Type": "text/html"}, b"<h1>Bad Gateway</h1>"))
        if fault is Fault.TORN and answer is not None:
            await _tear(request, answer)
        return _hang_up(request)

    async def _forward_late(self, request: web.Request, body: bytes) -> Answer:
        await asyncio.sleep(self.random.uniform(0, _LATE_S))
        return await self._forward(request, body)

    async def _forward(self, request: web.Request, body: bytes) -> Answer:
        headers = {name: request.headers[name] for name in _FORWARDED if name in request.headers}
        async with self.session.post(self.target_url, data=body, headers=headers) as answer:
            return Answer(answer.status, keep_headers(answer.headers), await answer.read())


_HOP: Final = frozenset({"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"})


def keep_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """All but those that speak of one connection."""
    return {name: value for name, value in headers.items() if name.lower() not in _HOP}


def _reply(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def _refusal(status: int, kind: str, message: str) -> Answer:
    body = orjson.dumps({"__type": kind, "message": message})
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amz-crc32": str(zlib.crc32(body))}
    return Answer(status, headers, body)


async def _tear(request: web.Request, answer: Answer) -> None:
    """The head and half of the body, if the caller is still there."""
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    torn = web.StreamResponse(status=answer.status, headers=headers)
    with suppress(ConnectionResetError):
        await torn.prepare(request)
        await torn.write(answer.body[: len(answer.body) // 2])


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()
