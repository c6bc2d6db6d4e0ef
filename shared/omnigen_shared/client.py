"""Calls between units: JSON over one aiohttp session, signed, traced, with a deadline, retried where it is safe.

Every internal call is idempotent by the ids in it, so a lost reply is answered by asking again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import orjson
import stamina
from opentelemetry.trace import SpanKind

from omnigen_shared.errors import DeadlineExceededError, DependencyUnavailableError, RemoteProblemError
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner
from omnigen_shared.patience import within_reason
from omnigen_shared.signals import STATUS
from omnigen_shared.telemetry import inject_trace
from omnigen_shared.tracing import open_span

TIMEOUT_HEADER: Final = "X-OmniGen-Timeout-S"
ATTEMPTS: Final = 4
KEEPALIVE_S: Final = 4
"""Our services close what is idle for five seconds: a connection that is about to be closed is not used again."""
RETRIED_STATUSES: Final = frozenset({502, 503, 504})
NO_PROBLEM: Final = "unknown"
"""The code of an answer that somebody on the way has written."""
PASSING_CODES: Final = frozenset({DependencyUnavailableError.code, DeadlineExceededError.code, NO_PROBLEM})


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx answer."""

    status: int
    body: Any
    retry_after_s: int | None


class InternalClient:
    """Calls one other unit. Use as an async context manager."""

    def __init__(self, audience: str, base_url: str, signer: IdentitySigner, timeout_s: float = 10) -> None:
        self._audience = audience
        self._base_url = base_url.rstrip("/")
        self._signer = signer
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=self._timeout_s, connect=2)
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        subject: str,
        plan: str = "",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """A 2xx answer. RemoteProblemError for any other one, DependencyUnavailableError when none came.

        The latter, too, when the other unit says that of something behind it. All tries together end before the request
        at work has to be answered.
        """
        try:
            async with within_reason(self._audience, inf):
                return await self._call(method, path, partial(self._headers, subject, plan, headers), body)
        except RemoteProblemError as problem:
            if problem.remote_status in RETRIED_STATUSES and problem.remote_code in PASSING_CODES:
                raise DependencyUnavailableError(problem.detail, retry_after_s=problem.retry_after_s) from problem
            raise
        except (aiohttp.ClientError, TimeoutError) as error:
            message = f"{self._audience} did not answer {method} {path}: {type(error).__name__}"
            raise DependencyUnavailableError(message, retry_after_s=2) from error

    async def _call(self, method: str, path: str, write_headers: Callable[[], dict[str, str]], body: Any) -> Reply:
        async for attempt in stamina.retry_context(
            on=_is_passing, attempts=ATTEMPTS, timeout=None, wait_initial=0.1, wait_max=2.0
        ):
            with attempt, open_span(f"call.{self._audience}", kind=SpanKind.CLIENT) as span:
                reply = await self._send(method, path, write_headers(), body)
                span.set_attributes({"http.request.method": method, STATUS: reply.status})
                return reply
        raise AssertionError("stamina either returns or raises")

    def _headers(self, subject: str, plan: str, extra: Mapping[str, str] | None) -> dict[str, str]:
        headers = {
            IDENTITY_HEADER: self._signer.sign(self._audience, subject, plan),
            TIMEOUT_HEADER: str(self._timeout_s),
            "Content-Type": "application/json",
            **(extra or {}),
        }
        inject_trace(headers)
        return headers

    async def _send(self, method: str, path: str, headers: dict[str, str], body: Any) -> Reply:
        if self._session is None:
            raise RuntimeError("InternalClient is used outside of its context")
        data = None if body is None else orjson.dumps(body)
        async with self._session.request(method, self._base_url + path, data=data, headers=headers) as answer:
            raw = await answer.read()
            retry_after_s = _seconds(answer.headers.get("Retry-After"))
            if answer.ok:
                return Reply(answer.status, orjson.loads(raw) if raw else None, retry_after_s)
            raise _problem_from(answer.status, raw, retry_after_s)


def _is_passing(error: Exception) -> bool:
    if isinstance(error, RemoteProblemError):
        return error.remote_status in RETRIED_STATUSES and error.retry_after_s is None
    return isinstance(error, aiohttp.ClientError | TimeoutError)


def _problem_from(status: int, raw: bytes, retry_after_s: int | None) -> RemoteProblemError:
    try:
        problem = orjson.loads(raw)
        code, detail = str(problem["code"]), str(problem["detail"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return RemoteProblemError(status, NO_PROBLEM, f"HTTP {status} without a problem body")
    return RemoteProblemError(
        status,
        code,
        detail,
        remedy=str(problem.get("remedy", "")),
        details=problem.get("details") or {},
        retry_after_s=retry_after_s,
    )


def _seconds(header: str | None) -> int | None:
    return int(header) if header is not None and header.isdigit() else None
