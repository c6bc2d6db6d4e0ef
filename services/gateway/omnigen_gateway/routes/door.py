"""The proxied routes: admit a request, hand it to its service, hand the answer back."""

import time
from typing import Final

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from omnigen_gateway.domain.claims import Caller
from omnigen_gateway.domain.framing import check_framing, check_sizes, closing, target_of
from omnigen_gateway.domain.headers import read_head
from omnigen_gateway.domain.origins import Origin
from omnigen_gateway.domain.problems import MalformedRequestError
from omnigen_gateway.domain.routing import HERE, Route
from omnigen_gateway.ports import UpstreamError, UpstreamRequest
from omnigen_gateway.routes.admitted import CALLER
from omnigen_gateway.routes.bodies import ClientLeftError
from omnigen_gateway.routes.leash import Leash, Leashes
from omnigen_gateway.routes.tracing import Trace, Tracing
from omnigen_gateway.routes.visit import CLIENT_LEFT, Visit
from omnigen_gateway.service.forwarding import Forwarder
from omnigen_gateway.service.limiting import RateLimiter
from omnigen_gateway.service.reception import Reception
from omnigen_gateway.service.streaming import OpenStreams
from omnigen_shared.client import TIMEOUT_HEADER
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import (
    DeadlineExceededError,
    DependencyUnavailableError,
    MethodNotAllowedError,
    ProblemError,
)
from omnigen_shared.http.middleware import REQUEST_ID_HEADER

ANSWER_WITHIN_S: Final = 60.0
"""From the request's head to the answer's: the upload, the retries and the service's work."""
SERVICE_DEADLINE_S: Final = 25
"""What a service is told: less than the time after which its silence counts as a failure."""
ASKED_BY_THE_HOUSE: Final = frozenset({b"/health", b"/ready"})
"""By the load balancer, from few addresses, and not by way of CloudFront."""
NOBODY: Final = Caller(UserId("nobody"), PlanName.FREE, expires_at=0)
"""Who calls an open route."""
_log = structlog.get_logger()


class Door:
    """Serves the routes of domain.routing; `own_routes` is the app that answers those of the gateway itself."""

    def __init__(
        self,
        origin: Origin,
        reception: Reception,
        limiter: RateLimiter,
        forwarder: Forwarder,
        streams: OpenStreams,
        tracing: Tracing,
        own_routes: ASGIApp,
        max_body_bytes: int,
    ) -> None:
        self._origin = origin
        self._reception = reception
        self._limiter = limiter
        self._forwarder = forwarder
        self._streams = streams
        self._tracing = tracing
        self._own_routes = own_routes
        self._max_body_bytes = max_body_bytes
        self._leashes = Leashes()
        self._log = _log.bind()
        """Made once: `_log` looks for its logger each time."""

    async def serve(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of this route; every failure is answered as a problem, or by cutting the connection."""
        started_s = time.perf_counter()
        visit = Visit(scope, receive, send, self._max_body_bytes)
        given = visit.head.find(b"traceparent")
        trace = self._tracing.begin(visit.method, scope["path"], given, is_order=route.is_order(visit.method))
        try:
            await self._answer(route, visit, trace)
        except ProblemError as problem:
            _log.info("request_refused", request_id=visit.request_id, code=problem.code, detail=problem.detail)
            await visit.refuse(problem, _headers_of(problem, route))
        except UpstreamError as error:
            _log.error("answer_broke_off", request_id=visit.request_id, upstream=route.upstream, reason=error.reason)
        except ClientLeftError:
            visit.status = visit.status or CLIENT_LEFT
        except Exception as error:  # noqa: BLE001 - the process boundary: what nobody foresaw is logged and told
            _log.error("request_failed", request_id=visit.request_id, exc_info=error)
            await visit.refuse(ProblemError("This was not foreseen and has been logged."))
        finally:
            trace.end(visit.status)
            self._log.info(
                "request_done",
                request_id=visit.request_id,
                trace_id=trace.trace_id,
                method=visit.method,
                path=scope["path"],
                status=visit.status,
                ms=round((time.perf_counter() - started_s) * 1000, 1),
                user_id=visit.caller,
            )

    def admit_anybody(self, scope: Scope) -> None:
        """For what is no route: what check_framing and check_sizes raise, OriginNotVerifiedError, RateLimitedError."""
        head = read_head(scope["headers"])
        check_framing(head, scope["http_version"])
        check_sizes(head, target_of(scope["raw_path"], scope["query_string"]))
        if scope["raw_path"] in ASKED_BY_THE_HOUSE:
            return
        peer = (scope.get("client") or ("",))[0]
        self._limiter.admit_address(self._origin.find_address(head, peer))

    async def _answer(self, route: Route, visit: Visit, trace: Trace) -> None:
        check_framing(visit.head, visit.scope["http_version"])
        if visit.method not in route.methods:
            raise MethodNotAllowedError(f"{visit.method} is not a method of this address.")
        target = _read_target(visit)
        caller = await self._admit(route, visit)
        visit.caller = caller.user_id
        if route.upstream == HERE:
            headers = {"traceparent": trace.traceparent, TIMEOUT_HEADER: str(SERVICE_DEADLINE_S)}
            await visit.hand_over(self._own_routes, headers, {CALLER: caller})
            return
        leash = self._leashes.put_on(visit.await_disconnect, ANSWER_WITHIN_S)
        try:
            with leash:
                body = await visit.open_body()
                request = UpstreamRequest(visit.method, target, _headers_for(route, visit, trace), body)
                if route.is_stream:
                    with self._streams.hold(caller.user_id):
                        await self._exchange(route, caller, visit, request, leash)
                else:
                    await self._exchange(route, caller, visit, request, leash)
        except TimeoutError as error:
            if leash.has_left:
                raise ClientLeftError from error
            raise DeadlineExceededError("The request and its answer took too long.") from error

    async def _admit(self, route: Route, visit: Visit) -> Caller:
        """Who it is, if they may ask once more. Guests, and the provider, have limits of their own."""
        address = self._origin.find_address(visit.head, visit.peer)
        if route.is_shown:
            self._limiter.admit_guest(address)
            return NOBODY
        if route.is_open and route.upstream != HERE:
            self._limiter.admit_sender(address)
            return NOBODY
        self._limiter.admit_address(address)
        if route.is_open:
            if route.is_scarce:
                self._limiter.admit_stranger(address)
            return NOBODY
        caller = await self._reception.admit(visit.head, visit.method, route)
        visit.caller = caller.user_id
        visit.added, problem = self._limiter.judge(caller) or await self._limiter.ask(caller)
        if problem is not None:
            raise problem
        return caller

    async def _is_welcome(self, route: Route, visit: Visit) -> bool:
        """Whether who holds a stream would be let in again; while nobody can tell, they are."""
        try:
            await self._reception.admit(visit.head, visit.method, route)
        except DependencyUnavailableError:
            return True
        except ProblemError as problem:
            _log.info("stream_ended", request_id=visit.request_id, user_id=visit.caller, code=problem.code)
            return False
        except Exception as error:  # noqa: BLE001 - nobody waits for this look: what it raised would end the looking
            _log.error("stream_not_judged", request_id=visit.request_id, exc_info=error)
        return True

    async def _exchange(
        self, route: Route, caller: Caller, visit: Visit, request: UpstreamRequest, leash: Leash
    ) -> None:
        answer = await self._forwarder.open(route.upstream, caller, request)
        try:
            leash.lengthen()
            if not route.is_stream:
                await visit.relay(answer)
                return
            leash.keep_looking(lambda: self._is_welcome(route, visit))
            with self._streams.ended_by(leash.end):
                await visit.relay(answer)
        finally:
            answer.close()


def _read_target(visit: Visit) -> str:
    """Path and query as text. MalformedRequestError, and what check_sizes raises."""
    target = target_of(visit.scope["raw_path"], visit.scope["query_string"])
    check_sizes(visit.head, target)
    text = target.decode("latin-1")
    if not (text.isascii() and text.isprintable()):
        raise MalformedRequestError("The query has characters that must be percent-encoded.")
    return text


def _headers_for(route: Route, visit: Visit, trace: Trace) -> list[tuple[str, str]]:
    headers = visit.head.forwarded
    headers.append((REQUEST_ID_HEADER, visit.request_id))
    headers.append(("traceparent", trace.traceparent))
    if not route.is_stream:
        headers.append((TIMEOUT_HEADER, str(SERVICE_DEADLINE_S)))
    if visit.head.body_bytes:
        headers.append(("Content-Length", str(visit.head.body_bytes)))
    return headers


def _headers_of(problem: ProblemError, route: Route) -> dict[str, str]:
    if isinstance(problem, MethodNotAllowedError):
        return {"Allow": ", ".join(sorted(route.methods))}
    return closing(problem)
