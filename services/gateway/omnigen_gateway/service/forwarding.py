"""Asks a service on a caller's behalf: signed, retried where nothing can happen twice, stopped by a breaker."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

import structlog

from omnigen_gateway.domain.breaker import Breaker
from omnigen_gateway.domain.claims import Caller
from omnigen_gateway.ports import Upstream, UpstreamAnswer, UpstreamError, UpstreamRequest
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner
from omnigen_shared.signals import Metric
from omnigen_shared.telemetry import meter

RETRY_WAITS_S: Final = (0.0, 0.2)
"""At once, for a kept connection that was just being closed; then a little later, for a service that restarts."""
RETRY_AFTER_S: Final = 2
_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
_log = structlog.get_logger()
_open = meter().create_gauge(Metric.BREAKER_OPEN)


class Forwarder:
    """Opens answers of the upstreams, by name."""

    def __init__(
        self,
        upstreams: Mapping[str, Upstream],
        signer: IdentitySigner,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._upstreams = upstreams
        self._signer = signer
        self._monotonic = monotonic
        self._breakers = {name: Breaker() for name in upstreams}

    async def open(self, name: str, caller: Caller, request: UpstreamRequest) -> UpstreamAnswer:
        """The answer's head, whatever its status. DependencyUnavailableError when none came (in time).

        A body that breaks off raises its own fault, which is not held against the upstream.
        """
        request.headers.append((IDENTITY_HEADER, self._signer.sign(name, caller.user_id, caller.plan)))
        waits_s = RETRY_WAITS_S if request.method in _SAFE_METHODS and request.body is None else ()
        for wait_s in waits_s:
            try:
                return await self._try_once(name, request)
            except UpstreamError as error:
                if error.is_timeout:
                    raise _unavailable(name, RETRY_AFTER_S) from error
            await asyncio.sleep(wait_s)
        try:
            return await self._try_once(name, request)
        except UpstreamError as error:
            raise _unavailable(name, RETRY_AFTER_S) from error

    async def _try_once(self, name: str, request: UpstreamRequest) -> UpstreamAnswer:
        breaker = self._breakers[name]
        retry_after_s = breaker.admit(self._monotonic())
        if retry_after_s is not None:
            raise _unavailable(name, retry_after_s)
        try:
            answer = await self._upstreams[name].open(request)
        except UpstreamError as error:
            fault = _fault_of(request)
            if fault is not None:
                raise fault from error
            breaker.record_failure(self._monotonic())
            if breaker.is_open:
                _open.set(1, {"upstream": name})
            _log.warning("upstream_failed", upstream=name, method=request.method, reason=error.reason)
            raise
        if breaker.is_open:
            _open.set(0, {"upstream": name})
        breaker.record_success()
        return answer


def _fault_of(request: UpstreamRequest) -> Exception | None:
    return None if request.body is None or isinstance(request.body, bytes) else request.body.fault


def _unavailable(name: str, retry_after_s: int) -> DependencyUnavailableError:
    return DependencyUnavailableError(
        f"The {name} service does not answer.",
        details={"service": name},
        retry_after_s=retry_after_s,
    )
