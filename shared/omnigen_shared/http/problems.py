"""application/problem+json (RFC 9457) for every error that leaves a service."""

from datetime import UTC, datetime
from typing import Any, Final

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from omnigen_shared import errors
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.errors import ProblemError
from omnigen_shared.http.limits import Operation
from omnigen_shared.http.validation import problem_from_validation

PROBLEM_JSON: Final = "application/problem+json"
_METHODS: Final = ("DELETE", "GET", "PATCH", "POST", "PUT")
_log = structlog.get_logger()

_BY_STATUS: Final[dict[int, type[ProblemError]]] = {
    401: errors.UnauthenticatedError,
    403: errors.ForbiddenError,
    404: errors.NotFoundError,
    405: errors.MethodNotAllowedError,
}


def render_problem(problem: ProblemError, request_id: str) -> Response:
    """The answer that a caller sees for this error."""
    body: dict[str, Any] = {
        "type": f"https://omnigen.dev/errors#{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request_id,
        "details": problem.details,
        "remedy": problem.remedy,
        "timestamp": to_rfc3339(datetime.now(UTC)),
    }
    headers = {"Cache-Control": "no-store", **problem.headers}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    if problem.status == errors.UnauthenticatedError.status:
        headers["WWW-Authenticate"] = 'Bearer realm="omnigen"'
    return Response(orjson.dumps(body, default=str), problem.status, headers, PROBLEM_JSON)


def install_problem_handlers(app: FastAPI) -> None:
    """Render every error that this app foresees as a problem; RequestContext tells of the others."""
    app.state.operations = {}
    app.add_exception_handler(ProblemError, _handle_problem)
    app.add_exception_handler(RequestValidationError, _handle_validation)
    app.add_exception_handler(HTTPException, _handle_http)


def _respond(request: Request, problem: ProblemError) -> Response:
    return render_problem(problem, request.scope.get("omnigen.request_id", ""))


async def _handle_problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise TypeError from error
    log = _log.error if error.status >= 500 else _log.info  # noqa: PLR2004 - HTTP's own border
    log("request_refused", code=error.code, status=error.status, detail=error.detail)
    return _respond(request, error)


async def _handle_validation(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return await _handle_problem(request, problem_from_validation(found, _operation_of(request)))


def _operation_of(request: Request) -> Operation:
    route: APIRoute = request.scope["route"]
    known: dict[tuple[str, str], Operation] = request.app.state.operations
    name = (route.path_format, request.method)
    if name not in known:
        known[name] = Operation.of_route(route, request.method)
    return known[name]


async def _handle_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    kind = _BY_STATUS.get(status, errors.InvalidRequestError if status < 500 else ProblemError)  # noqa: PLR2004
    answer = await _handle_problem(request, kind(f"{request.method} {request.url.path}: {kind.title.lower()}."))
    answer.headers.update(getattr(error, "headers", None) or {})
    if kind is errors.MethodNotAllowedError:
        answer.headers["Allow"] = ", ".join(_list_methods(request))
    return answer


def _list_methods(request: Request) -> list[str]:
    """All methods of an address: each of its routes knows of its own alone."""
    return [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]
