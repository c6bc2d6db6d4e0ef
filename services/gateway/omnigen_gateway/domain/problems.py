"""The gateway's own problems, next to the house's."""

from omnigen_shared.contracts.rates import WINDOW_S
from omnigen_shared.errors import ProblemError, UnauthenticatedError


class MalformedRequestError(ProblemError):
    status, code, title = 400, "malformed_request", "The request is not well formed"
    advice = "Percent-encode the query's characters."


class UriTooLongError(ProblemError):
    status, code, title = 414, "uri_too_long", "The address is too long"
    advice = "Shorten the address to details.limit_bytes."


class HeadersTooLargeError(ProblemError):
    status, code, title = 431, "headers_too_large", "The headers are too large"
    advice = "Send fewer or shorter headers."


class RateLimitedError(ProblemError):
    """`details`: limit and window_s of what is exceeded."""

    status, code, title = 429, "rate_limited", "Too many requests"
    advice = "Wait for Retry-After; the headers RateLimit and RateLimit-Policy say beforehand how much is left."

    def __init__(self, whose: str, limit: int, retry_after_s: int) -> None:
        super().__init__(
            f"{whose} may make {limit} requests in {WINDOW_S} s.",
            details={"limit": limit, "window_s": WINDOW_S},
            retry_after_s=retry_after_s,
        )


class OriginNotVerifiedError(ProblemError):
    status, code, title = 403, "origin_not_verified", "The request did not come the public way"
    advice = "Use the public address of the service."

    def __init__(self) -> None:
        super().__init__("This address is not for direct use.")


class InvalidTokenError(UnauthenticatedError):
    """One text for every reason: a forger learns nothing from it."""

    def __init__(self) -> None:
        super().__init__("The access token is missing or not valid.")


class ExpiredTokenError(UnauthenticatedError):
    code, title = "token_expired", "The access token has expired"
    advice = "Get a new access token: refresh it, or sign in again."

    def __init__(self) -> None:
        super().__init__("The access token has expired.")
