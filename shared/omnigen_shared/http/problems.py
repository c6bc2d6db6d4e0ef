"""application/problem+json (RFC 9457) for every error that leaves a service."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from omnigen_shared import errors
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.errors import ProblemError

PROBLEM_JSON: Final = "application/problem+json"
_log = structlog.get_logger()

_BY_STATUS: Final[dict[int, type[ProblemError]]] = {
    401: errors.UnauthenticatedError,
    403: errors.ForbiddenError,
    404: errors.NotFoundError,
    405: errors.MethodNotAllowedError,
}
_LIMITS: Final = frozenset({"ge", "gt", "le", "lt", "min_length", "max_length", "pattern", "expected", "multiple_of"})


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
        "timestamp": to_rfc3339(datetime.now(UTC)),
    }
    if problem.remedy:
        body["remedy"] = problem.remedy
    headers = {"Cache-Control": "no-store"}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    if problem.status == errors.UnauthenticatedError.status:
        headers["WWW-Authenticate"] = 'Bearer realm="omnigen"'
    return Response(orjson.dumps(body, default=str), problem.status, headers, PROBLEM_JSON)


def problem_from_validation(errors_found: Sequence[Any]) -> ProblemError:
    """400 for a body that is no JSON, else 422 that names each field, what was wrong and its limits."""
    if any(found["type"] == "json_invalid" for found in errors_found):
        return errors.InvalidJsonError("The body could not be read as JSON.", remedy="Send a JSON object.")
    fields = [_describe_field(found) for found in errors_found]
    names = ", ".join(field["field"] for field in fields)
    return errors.InvalidRequestError(
        f"Not valid: {names}.", remedy="Correct the fields named in details.", details={"fields": fields}
    )


def _describe_field(found: Any) -> dict[str, Any]:
    place = [str(part) for part in found["loc"] if part not in {"body", "query", "path", "header"}]
    limits = {name: value for name, value in (found.get("ctx") or {}).items() if name in _LIMITS}
    return {"field": ".".join(place) or "body", "message": found["msg"], "limits": limits}


def install_problem_handlers(app: FastAPI) -> None:
    """Render every error that this app foresees as a problem; RequestContext tells of the others."""
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
    return await _handle_problem(request, problem_from_validation(found))


async def _handle_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    kind = _BY_STATUS.get(status, errors.InvalidRequestError if status < 500 else ProblemError)  # noqa: PLR2004
    return await _handle_problem(request, kind(f"{request.method} {request.url.path}: {kind.title.lower()}."))
