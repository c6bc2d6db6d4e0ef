"""Errors that carry their own answer: one class per stable code, rendered once as application/problem+json.

A service adds its own subclasses in its domain.py; docs/errors.md lists every code (a test compares the two).
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class ProblemError(Exception):
    """Something a caller should be told. `detail` says what was wrong, `remedy` what to do about it."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(
        self,
        detail: str,
        *,
        remedy: str = "",
        details: Mapping[str, Any] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.details: dict[str, Any] = dict(details or {})
        self.retry_after_s = retry_after_s


class InvalidJsonError(ProblemError):
    status, code, title = 400, "invalid_json", "The body is not JSON"


class UnauthenticatedError(ProblemError):
    status, code, title = 401, "unauthenticated", "Sign in first"


class ForbiddenError(ProblemError):
    status, code, title = 403, "forbidden", "Not allowed"


class NotFoundError(ProblemError):
    status, code, title = 404, "not_found", "Nothing here"


class MethodNotAllowedError(ProblemError):
    status, code, title = 405, "method_not_allowed", "This address does not know that method"


class ConflictError(ProblemError):
    status, code, title = 409, "conflict", "Not in this state"


class PayloadTooLargeError(ProblemError):
    status, code, title = 413, "payload_too_large", "The body is too large"


class UnsupportedMediaTypeError(ProblemError):
    status, code, title = 415, "unsupported_media_type", "The body has the wrong media type"


class InvalidRequestError(ProblemError):
    """`details.fields` lists each field with a message and its limits."""

    status, code, title = 422, "invalid_request", "Some fields are not valid"


class DependencyUnavailableError(ProblemError):
    status, code, title = 503, "dependency_unavailable", "A service behind this one does not answer"


class DeadlineExceededError(ProblemError):
    status, code, title = 504, "deadline_exceeded", "The answer took longer than the caller waits"


class RemoteProblemError(ProblemError):
    """A problem that another unit answered. `remote_code` and `remote_status` are that unit's own."""

    status, code, title = 502, "upstream_problem", "A service behind this one refused"

    def __init__(self, remote_status: int, remote_code: str, detail: str, **rest: Any) -> None:
        super().__init__(detail, **rest)
        self.remote_status = remote_status
        self.remote_code = remote_code
