"""Errors that carry their own answer: one class per stable code, rendered once as application/problem+json.

A service adds its own subclasses in its domain.py; docs/errors.md lists every code (a test compares the two).
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class ProblemError(Exception):
    """Something a caller should be told. `detail` says what was wrong, `remedy` what to do about it.

    The class is the row of docs/errors.md: `advice` is its remedy, unless one case needs another.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"
    advice: ClassVar[str] = "Try again; if it stays, report the request_id."
    pause_s: ClassVar[int | None] = None
    """When to try again, where the case says nothing else."""

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
        self.remedy = remedy or self.advice
        self.details: dict[str, Any] = dict(details or {})
        self.headers: dict[str, str] = {}
        """What the answer has besides Retry-After."""
        self.retry_after_s = self.pause_s if retry_after_s is None else retry_after_s


class InvalidJsonError(ProblemError):
    status, code, title = 400, "invalid_json", "The body is not JSON"
    advice = "Send one JSON value in UTF-8."


class UnauthenticatedError(ProblemError):
    status, code, title = 401, "unauthenticated", "Sign in first"
    advice = "Sign in, or send a valid access token or API key as Authorization: Bearer."


class ForbiddenError(ProblemError):
    status, code, title = 403, "forbidden", "Not allowed"
    advice = "Let the unit call that may; this one may not."


class NotFoundError(ProblemError):
    status, code, title = 404, "not_found", "Nothing here"
    advice = "Check the address and the id; somebody else's job is not found either."


class MethodNotAllowedError(ProblemError):
    status, code, title = 405, "method_not_allowed", "This address does not know that method"
    advice = "Use one of the methods in Allow."


class ConflictError(ProblemError):
    status, code, title = 409, "conflict", "Not in this state"
    advice = "Read the state again and decide anew."


class PayloadTooLargeError(ProblemError):
    status, code, title = 413, "payload_too_large", "The body is too large"
    advice = "Send at most details.limit_bytes."


class UnsupportedMediaTypeError(ProblemError):
    status, code, title = 415, "unsupported_media_type", "The body has the wrong media type"
    advice = "Declare the body as application/json."


class InvalidRequestError(ProblemError):
    """`details.fields` lists each field with a message and its limits."""

    status, code, title = 422, "invalid_request", "Some fields are not valid"
    advice = "Correct the fields named in details.fields, within their limits."


class PlanLimitError(ProblemError):
    """quota's refusal, which jobs hands on. `details`: plan, cap, requested, limit."""

    status, code, title = 403, "plan_limit", "More than the plan allows"
    advice = "Order what details.limit allows, or change the plan."


class QuotaExceededError(ProblemError):
    """quota's refusal, which jobs hands on. `details`: cap, used, limit, requested, resets_at (null: no such time)."""

    status, code, title = 429, "quota_exceeded", "A limit of the plan is reached"
    advice = "Wait for details.resets_at or for a running job to end, or change the plan."


class SpendingPausedError(ProblemError):
    """An operator has paused the deployment: nothing new is reserved or held, all that runs is accounted for."""

    status, code, title = 503, "spending_paused", "Spending is paused"
    advice = "Wait: an operator has stopped all spending for now."


class DependencyUnavailableError(ProblemError):
    status, code, title = 503, "dependency_unavailable", "A service behind this one does not answer"
    pause_s = 2
    advice = "Try again after Retry-After."


class DeadlineExceededError(ProblemError):
    status, code, title = 504, "deadline_exceeded", "The answer took longer than the caller waits"
    pause_s = 2
    advice = "Try again: nothing is done twice under the same Idempotency-Key or ids."


class RemoteProblemError(ProblemError):
    """A problem that another unit answered. `remote_code` and `remote_status` are that unit's own."""

    status, code, title = 502, "upstream_problem", "A service behind this one refused"
    advice = "Look at the other unit's own code in the log."

    def __init__(self, remote_status: int, remote_code: str, detail: str, **rest: Any) -> None:
        super().__init__(detail, **rest)
        self.remote_status = remote_status
        self.remote_code = remote_code
