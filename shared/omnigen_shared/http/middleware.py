"""Pure ASGI layers around every service: the request's id and trace, its deadline, and what a body may be."""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from omnigen_shared.client import TIMEOUT_HEADER
from omnigen_shared.errors import (
    DeadlineExceededError,
    PayloadTooLargeError,
    ProblemError,
    UnsupportedMediaTypeError,
)
from omnigen_shared.http.problems import render_problem
from omnigen_shared.http.strict_json import check_json
from omnigen_shared.ids import new_request_id
from omnigen_shared.patience import answering_within
from omnigen_shared.signals import INTENT_ID, JOB_ID, SCENE, STATUS
from omnigen_shared.telemetry import extract_trace, tracer
from omnigen_shared.tracing import keep_open, mark_failed

REQUEST_ID_HEADER: Final = "X-Request-Id"
OUR_FAULT_FROM: Final = 500
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SAID_BY_PATHS: Final = {"job_id": JOB_ID, "intent_id": INTENT_ID, "number": SCENE}
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_log = structlog.get_logger()


def request_id_from(given: str) -> str:
    """What the caller calls the request, when it is an id, else a fresh one."""
    return given if given and _REQUEST_ID.fullmatch(given) else new_request_id()


class RequestContext:
    """Names the request, opens its span, holds it to the caller's deadline and tells of what nobody foresaw."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["omnigen.request_id"] = request_id = request_id_from(headers.get(REQUEST_ID_HEADER, ""))
        started, status = time.perf_counter(), 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            with _span_of(scope, headers) as span:
                try:
                    timeout_s = _timeout_s(headers)
                    with answering_within(timeout_s):
                        async with asyncio.timeout(timeout_s):
                            await self._app(scope, receive, send_named)
                except Exception as error:
                    problem = _problem_of(error, scope)
                    if status:
                        raise
                    await render_problem(problem, request_id)(scope, receive, send_named)
                finally:
                    _describe(span, scope, status)
            elapsed_ms = round((time.perf_counter() - started) * 1000, 1)
            _log.debug("request_done", method=scope["method"], path=scope["path"], status=status, ms=elapsed_ms)


@contextmanager
def _span_of(scope: Scope, headers: Headers) -> Iterator[Span]:
    """Whoever asks within a trace finds us in it. Nobody traces what nobody began: health checks, most of all."""
    if "traceparent" not in headers:
        yield INVALID_SPAN
        return
    with keep_open(tracer().start_span(scope["method"], extract_trace(headers), kind=SpanKind.SERVER)) as span:
        yield span


def _describe(span: Span, scope: Scope, status: int) -> None:
    """By the route, which is known once it has been found: its path has names where a request has ids."""
    if not span.is_recording():
        return
    route = getattr(scope.get("route"), "path", "")
    span.update_name(f"{scope['method']} {route}".rstrip())
    said = {
        _SAID_BY_PATHS[name]: value for name, value in scope.get("path_params", {}).items() if name in _SAID_BY_PATHS
    }
    span.set_attributes({"http.request.method": scope["method"], "http.route": route, STATUS: status, **said})
    if status >= OUR_FAULT_FROM:
        mark_failed(span, str(status))


def _problem_of(error: Exception, scope: Scope) -> ProblemError:
    if isinstance(error, TimeoutError):
        return DeadlineExceededError("The caller's deadline passed.")
    _log.error("request_failed", method=scope["method"], path=scope["path"], exc_info=error)
    return ProblemError("This was not foreseen and has been logged.")


def _timeout_s(headers: Headers) -> float | None:
    given = headers.get(TIMEOUT_HEADER, "")
    return float(given) if re.fullmatch(r"\d{1,3}(\.\d{1,3})?", given) else None


class HeadAsGet:
    """Answers HEAD as GET is answered; the server leaves the body away."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


class JsonBodies:
    """Reads a body whole before the app sees it: 413 beyond a limit, 415 and 400 for anything but strict JSON."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY:
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(Headers(scope=scope), receive)
        except ProblemError as problem:
            await render_problem(problem, scope.get("omnigen.request_id", ""))(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        declared = headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._max_bytes:
            raise self._too_large()
        chunks, size = [], 0
        while True:
            message = await receive()
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > self._max_bytes:
                raise self._too_large()
            if not message.get("more_body", False):
                break
        body = b"".join(chunks)
        if body:
            check_json_media_type(headers)
            check_json(body)
        return body

    def _too_large(self) -> PayloadTooLargeError:
        return PayloadTooLargeError(
            f"A body may have up to {self._max_bytes} bytes.", details={"limit_bytes": self._max_bytes}
        )


def check_json_media_type(headers: Headers) -> None:
    """UnsupportedMediaTypeError unless the body is declared as JSON."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMediaTypeError(f"Content-Type is {media_type or 'missing'!r}.")


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
