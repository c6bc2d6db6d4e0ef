"""A service as the gateway sees one: it does what the last part of the path says, and takes notes."""

import asyncio
import gzip
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route


class ScriptedService:
    """An ASGI app. `parts` are the pieces of bodies as they arrived, `streams` how many event streams are open."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.streams = 0
        self.calls = 0
        self.hang_ups = 0
        """Callers that left before they were answered, or in the middle of their body."""
        self.events: asyncio.Queue[bytes] = asyncio.Queue()
        """What the open streams send next; b"" ends one."""
        job = "/api/v1/jobs/{job_id}"
        self.app = Starlette(
            routes=[
                Route("/health", self._echo),
                Route("/api/v1/usage", self._echo),
                Route("/api/v1/jobs", self._create, methods=["POST"]),
                Route(job, self._echo),
                Route(f"{job}/events", self._stream),
                Route(f"{job}/video", self._redirect),
                Route(f"{job}/receipt", self._send_much),
                Route(f"{job}/captions", self._pack),
                Route(f"{job}/preview", self._wait),
            ]
        )

    async def _echo(self, request: Request) -> Response:
        self.calls += 1
        seen = {"path": request.url.path, "query": request.url.query, "headers": dict(request.headers)}
        return JSONResponse(seen, headers={"Connection": "X-Hop", "X-Hop": "1", "Set-Cookie": "inner=1"})

    async def _create(self, request: Request) -> Response:
        try:
            async for part in request.stream():
                self.parts.append(part)
        except ClientDisconnect:
            self.hang_ups += 1
            raise
        size = sum(map(len, self.parts))
        return JSONResponse({"size": size, "headers": dict(request.headers)}, 202, {"Location": "/api/v1/jobs/job_1"})

    async def _stream(self, _request: Request) -> Response:
        return StreamingResponse(self._live(), media_type="text/event-stream")

    async def _live(self) -> AsyncIterator[bytes]:
        self.streams += 1
        try:
            yield b": hello\n\n"
            while event := await self.events.get():
                yield event
        finally:
            self.streams -= 1

    async def _redirect(self, _request: Request) -> Response:
        return RedirectResponse("https://bucket.example/clip.mp4?X-Amz-Signature=1", 302)

    async def _send_much(self, _request: Request) -> Response:
        return Response(b"x" * 3_000_000, media_type="video/mp4")

    async def _pack(self, _request: Request) -> Response:
        return Response(gzip.compress(b"packed"), headers={"Content-Encoding": "gzip"})

    async def _wait(self, request: Request) -> Response:
        self.calls += 1
        while not await request.is_disconnected():  # noqa: ASYNC110 - Starlette has no event for it
            await asyncio.sleep(0.01)
        self.hang_ups += 1
        return Response()
