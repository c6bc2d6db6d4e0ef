"""The gateway's own problems, next to the house's."""

from omnigen_shared.contracts.rates import WINDOW_S
from omnigen_shared.errors import ProblemError, UnauthenticatedError


class MalformedRequestError(ProblemError):
    status, code, title = 400, "malformed_request", "The request is not well formed"


class UriTooLongError(ProblemError):
    status, code, title = 414, "uri_too_long", "The address is too long"


class HeadersTooLargeError(ProblemError):
    status, code, title = 431, "headers_too_large", "The headers are too large"


class RateLimitedError(ProblemError):
    """`details`: limit and window_s of what is exceeded."""

    status, code, title = 429, "rate_limited", "Too many requests"

    def __init__(self, whose: str, limit: int, retry_after_s: int) -> None:
        super().__init__(
            f"{whose} may make {limit} requests in {WINDOW_S} s.",
            remedy="Wait for Retry-After.",
            details={"limit": limit, "window_s": WINDOW_S},
            retry_after_s=retry_after_s,
        )


class InvalidTokenError(UnauthenticatedError):
    """One text for every reason: a forger learns nothing from it."""

    def __init__(self) -> None:
        super().__init__(
            "The access token is missing or not valid.", remedy="Send Authorization: Bearer <Cognito access token>."
        )


class ExpiredTokenError(UnauthenticatedError):
    code, title = "token_expired", "The access token has expired"

    def __init__(self) -> None:
        super().__init__("The access token has expired.", remedy="Refresh it, or sign in again.")
