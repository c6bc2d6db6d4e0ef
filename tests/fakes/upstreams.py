"""A service behind the gateway, in memory."""

from collections import deque
from collections.abc import AsyncIterator, Sequence

from omnigen_gateway.ports import UpstreamAnswer, UpstreamError, UpstreamRequest

Headers = Sequence[tuple[bytes, bytes]]


class FakeAnswer:
    """Hands out its parts, then what `live` brings, or breaks off. `closed` counts how often it was let go."""

    def __init__(
        self,
        *parts: bytes,
        status: int = 200,
        headers: Headers = ((b"Content-Type", b"application/json"),),
        error: Exception | None = None,
        live: AsyncIterator[bytes] | None = None,
    ) -> None:
        self.status = status
        self.headers = headers
        self.closed = 0
        self._parts = deque(parts)
        self._error = error
        self._live = live

    async def read_chunk(self) -> bytes:
        if self._parts:
            return self._parts.popleft()
        if self._error is not None:
            raise self._error
        return b"" if self._live is None else await anext(self._live, b"")

    def close(self) -> None:
        self.closed += 1


class FakeUpstream:
    """Gives the outcomes that it was handed, in turn, the last one again and again; notes what it was asked."""

    def __init__(self, *outcomes: UpstreamAnswer | Exception) -> None:
        self.requests: list[UpstreamRequest] = []
        self.bodies: list[bytes] = []
        self.is_healthy = True
        self._outcomes = deque(outcomes or (FakeAnswer(b"{}"),))

    def will(self, *outcomes: UpstreamAnswer | Exception) -> None:
        """From now on these, in turn."""
        self._outcomes = deque(outcomes)

    async def open(self, request: UpstreamRequest) -> UpstreamAnswer:
        self.requests.append(request)
        self.bodies.append(await _read(request))
        outcome = self._outcomes.popleft() if len(self._outcomes) > 1 else self._outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def check(self) -> None:
        if not self.is_healthy:
            raise ConnectionRefusedError


async def _read(request: UpstreamRequest) -> bytes:
    if request.body is None or isinstance(request.body, bytes):
        return request.body or b""
    try:
        return b"".join([part async for part in request.body])
    except Exception as error:
        raise UpstreamError("the body broke off") from error
