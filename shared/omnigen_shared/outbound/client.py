"""One request to an address that a user gave: no redirects, no proxies, bounded in time and in what is read."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

import aiohttp

from omnigen_shared.outbound.connecting import AddressRefusedError, guarded_connector
from omnigen_shared.outbound.urls import UrlRefusedError, UrlRule

MAX_ANSWER_BYTES: Final = 4096
AGENT: Final = "OmniGen/1"


class Failure(StrEnum):
    """Why there is no answer."""

    ADDRESS_REFUSED = "address_refused"
    NAME_UNKNOWN = "name_unknown"
    NOT_CONNECTED = "not_connected"
    TLS_FAILED = "tls_failed"
    TIMED_OUT = "timed_out"
    CLOSED_EARLY = "closed_early"
    NOT_HTTP = "not_http"


class OutboundError(Exception):
    """No whole answer came. `failure` is one of a few words, the text may be shown to whoever gave the address."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure
        self.detail = detail


@dataclass(frozen=True, slots=True)
class OutboundAnswer:
    """Any status, 3xx too: nothing is followed. `body` is at most the beginning of it."""

    status: int
    body: bytes
    retry_after: str = ""


class OutboundClient:
    """Use as an async context manager. `timeout_s` is for all of a request, names and reading included."""

    def __init__(
        self,
        rule: UrlRule,
        timeout_s: float,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        make_connector: Callable[[], aiohttp.BaseConnector] | None = None,
    ) -> None:
        self._rule = rule
        self._timeout_s = timeout_s
        self._max_answer_bytes = max_answer_bytes
        self._make_connector = make_connector or (lambda: guarded_connector(rule.addresses))
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=self._make_connector(),
            timeout=aiohttp.ClientTimeout(total=None),  # `post` has one that covers everything
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # a small answer may unpack to a large one
            trust_env=False,
            headers={"User-Agent": AGENT},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> OutboundAnswer:
        """Whatever was answered. OutboundError when nothing whole came; it may have been heard all the same."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._send(url, body, headers)
        except (UrlRefusedError, AddressRefusedError) as error:
            raise OutboundError(Failure.ADDRESS_REFUSED, f"Nothing was sent: {error}") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = _failure_of(error)
            raise OutboundError(failure, _DETAILS[failure].format(timeout_s=self._timeout_s)) from error

    async def _send(self, url: str, body: bytes, headers: Mapping[str, str]) -> OutboundAnswer:
        if self._session is None:
            raise RuntimeError("OutboundClient is used outside of its context")
        target = self._rule.check(url)
        async with self._session.post(target, data=body, headers=headers, allow_redirects=False) as answer:
            found = await self._read(answer.content)
            return OutboundAnswer(answer.status, found, answer.headers.get("Retry-After", "")[:100])

    async def _read(self, content: aiohttp.StreamReader) -> bytes:
        """To the end, or to the limit: leaving the request closes the connection."""
        found = bytearray()
        while len(found) < self._max_answer_bytes:
            part = await content.read(self._max_answer_bytes - len(found))
            if not part:
                break
            found += part
        return bytes(found)


_DETAILS: Final = {
    Failure.NAME_UNKNOWN: "The host name was not found.",
    Failure.NOT_CONNECTED: "No connection could be made.",
    Failure.TLS_FAILED: "The TLS connection could not be made or its certificate is not valid for this host.",
    Failure.TIMED_OUT: "There was no whole answer within {timeout_s:g} s.",
    Failure.CLOSED_EARLY: "The connection was closed before the whole answer was there.",
    Failure.NOT_HTTP: "What was answered is not HTTP.",
}


def _failure_of(error: Exception) -> Failure:
    """From the narrow to the wide: aiohttp's errors are each other's kinds."""
    kinds: tuple[tuple[Failure, type[Exception] | tuple[type[Exception], ...]], ...] = (
        (Failure.TIMED_OUT, TimeoutError),
        (Failure.TLS_FAILED, aiohttp.ClientSSLError),
        (Failure.NAME_UNKNOWN, aiohttp.ClientConnectorDNSError),
        (Failure.NOT_CONNECTED, aiohttp.ClientConnectorError),
        (Failure.CLOSED_EARLY, (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, ConnectionError)),
        (Failure.CLOSED_EARLY, aiohttp.ClientOSError),
    )
    return next((failure for failure, kind in kinds if isinstance(error, kind)), Failure.NOT_HTTP)
