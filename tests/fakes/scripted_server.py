"""An HTTP server on loopback that answers as it is told and remembers what it was asked."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    port: int
    """The caller's: equal ones are one connection."""

    @property
    def body(self) -> Any:
        return orjson.loads(self.raw) if self.raw else None


@dataclass(slots=True)
class ScriptedServer:
    """Answers are taken one after the other; the last one stays."""

    url: str = ""
    answers: deque[Answer] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)

    def tell(self, *answers: Answer) -> None:
        self.answers = deque(answers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        port = 0 if request.transport is None else request.transport.get_extra_info("peername")[1]
        self.asked.append(Asked(request.method, request.path_qs, headers, await request.read(), port))
        answer = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        return await answer(request)


@asynccontextmanager
async def open_server() -> AsyncIterator[ScriptedServer]:
    """A fresh one on a free port."""
    server = ScriptedServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def answer(body: Any = None, status: int = 200, **headers: str) -> Answer:
    """JSON; header names with underscores for hyphens."""

    async def respond(_: web.Request) -> web.StreamResponse:
        content = b"" if body is None else orjson.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=content, status=status, headers={"Content-Type": "application/json", **named})

    return respond


def problem(status: int, code: str, **headers: str) -> Answer:
    """A problem as our services answer it."""
    return answer({"code": code, "detail": f"told: {code}", "remedy": "", "details": {}}, status, **headers)


def raw(content: bytes, status: int = 200, media_type: str = "video/mp4", length: int | None = None) -> Answer:
    """Bytes; with `length`, that many are promised."""

    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Type": media_type})
        response.content_length = len(content) if length is None else length
        await response.prepare(request)
        await response.write(content)
        if length is not None and request.transport is not None:
            request.transport.close()
        return response

    return respond


async def hang_up(request: web.Request) -> web.StreamResponse:
    """The connection closes without an answer."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def dawdle(seconds: float) -> Answer:
    """Nothing for a while."""

    async def respond(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.Response()

    return respond
