"""The public API as the demo uses it: a job, its events, its receipt and its file."""

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urljoin

import aiohttp
import orjson

from omnigen_local.demo.events import ConnectionLostError, ServerEvent, follow_events
from omnigen_local.files import draft_path

CHUNK_BYTES: Final = 1 << 18
_STREAM_SILENCE_S: Final = 45
"""Three missed heartbeats: the stream is taken for lost."""
_STREAM_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=_STREAM_SILENCE_S)
_MOVED: Final = frozenset({301, 302, 303, 307, 308})


class RefusedError(Exception):
    """The gateway (or the store behind a signed URL) answered no. The message says what and what to do."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.problem = _parse_problem(body)
        super().__init__(_describe(status, self.problem))


class GatewayClient:
    """Calls the gateway as one signed-in user. An async context manager."""

    def __init__(self, base_url: str, access_token: str) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {access_token}"}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60, sock_connect=5))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def create_job(self, body: dict[str, Any], idempotency_key: str) -> dict[str, Any]:
        """The accepted job. RefusedError for a problem."""
        headers = {**self._headers, "Idempotency-Key": idempotency_key, "Content-Type": "application/json"}
        url = f"{self._base_url}/api/v1/jobs"
        async with self._open().post(url, data=orjson.dumps(body), headers=headers) as answer:
            return await _read_object(answer)

    async def get_json(self, path: str) -> dict[str, Any]:
        """What a link of the job leads to. RefusedError for a problem."""
        async with self._open().get(urljoin(self._base_url, path), headers=self._headers) as answer:
            return await _read_object(answer)

    def follow(self, path: str) -> AsyncGenerator[ServerEvent, None]:
        """The job's events up to its last, over reconnects."""

        @asynccontextmanager
        async def connect(last_id: str) -> AsyncIterator[AsyncIterator[bytes]]:
            async with self._open_stream(path, last_id) as lines:
                yield lines

        return follow_events(connect)

    @asynccontextmanager
    async def _open_stream(self, path: str, last_id: str) -> AsyncIterator[AsyncIterator[bytes]]:
        headers = {**self._headers, "Accept": "text/event-stream"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        url = urljoin(self._base_url, path)
        try:
            async with self._open().get(url, headers=headers, timeout=_STREAM_TIMEOUT, read_bufsize=1 << 20) as answer:
                if answer.status >= 500:  # noqa: PLR2004 - HTTP's own border
                    raise ConnectionLostError(f"HTTP {answer.status}")
                if not answer.ok:
                    raise RefusedError(answer.status, await answer.read())
                yield aiter(answer.content)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectionLostError(f"the stream of events broke off: {type(error).__name__}") from error

    async def download(self, path: str, out: Path) -> int:
        """Save what the link redirects to (a signed URL, asked without our token) as `out`, whole or not at all.

        Returns its size in bytes; RefusedError when it is not given or empty.
        """
        url = urljoin(self._base_url, path)
        async with self._open().get(url, headers=self._headers, allow_redirects=False) as answer:
            if answer.status not in _MOVED:
                raise RefusedError(answer.status, await answer.read())
            signed_url = urljoin(url, answer.headers["Location"])
        out = out.resolve()  # noqa: ASYNC240 - so that a link to a file stays one
        part = draft_path(out)
        try:
            size = await self._save(signed_url, part)
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
        return size

    async def _save(self, url: str, part: Path) -> int:
        async with self._open().get(url, timeout=_STREAM_TIMEOUT) as answer:
            if not answer.ok:
                raise RefusedError(answer.status, await answer.read())
            with part.open("xb") as file:
                async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
                size = file.tell()
        if size == 0:
            raise RefusedError(answer.status, b"the file is empty")
        return size

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("GatewayClient is used outside of its context")
        return self._session


async def _read_object(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    raw = await answer.read()
    content = orjson.loads(raw) if answer.ok else None
    if not isinstance(content, dict):
        raise RefusedError(answer.status, raw)
    return content


def _parse_problem(body: bytes) -> dict[str, Any]:
    try:
        problem = orjson.loads(body)
    except orjson.JSONDecodeError:
        problem = None
    return problem if isinstance(problem, dict) else {"detail": body[:300].decode(errors="replace")}


def _describe(status: int, problem: dict[str, Any]) -> str:
    fields = problem.get("details", {}).get("fields", [])
    named = [f"{field['field']}: {field['message']}" for field in fields]
    parts = [f"HTTP {status} {problem.get('code', '')}".rstrip(), problem.get("detail", ""), *named]
    return "; ".join(str(part) for part in [*parts, problem.get("remedy", "")] if part)
