"""A service behind the gateway, over aiohttp."""

from collections.abc import Sequence
from typing import Final

import aiohttp
from yarl import URL

from omnigen_gateway.ports import UpstreamAnswer, UpstreamError, UpstreamRequest
from omnigen_shared.errors import DependencyUnavailableError

_FAILURES: Final = (aiohttp.ClientError, OSError)


class HttpUpstream:
    """Streams requests to one base URL and its answers back; follows no redirect."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self._base_url = base_url

    async def open(self, request: UpstreamRequest) -> UpstreamAnswer:
        try:
            response = await self._session.request(
                request.method,
                URL(self._base_url + request.target, encoded=True),
                headers=request.headers,
                data=request.body,
                allow_redirects=False,
            )
        except _FAILURES as error:
            raise _translate(error) from error
        return HttpAnswer(response)

    async def check(self) -> None:
        async with self._session.get(f"{self._base_url}/health", allow_redirects=False) as response:
            if not response.ok:
                raise DependencyUnavailableError(f"/health answered {response.status}.")


class HttpAnswer:
    """An aiohttp response whose head has arrived."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status: int = response.status
        self.headers: Sequence[tuple[bytes, bytes]] = response.raw_headers

    async def read_chunk(self) -> bytes:
        try:
            return await self._response.content.readany()
        except _FAILURES as error:
            raise _translate(error) from error

    def close(self) -> None:
        # A body that was read to its end has given its connection back already.
        if not self._response.closed:
            self._response.close()


def _translate(error: Exception) -> UpstreamError:
    is_timeout = isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ConnectionTimeoutError)
    return UpstreamError(type(error).__name__, is_timeout=is_timeout)
