"""The gateway's own problems, next to the house's."""

from typing import Final

from omnigen_shared.contracts.rates import WINDOW_S
from omnigen_shared.errors import ProblemError, UnauthenticatedError

STREAM_RETRY_S: Final = 5


class MalformedRequestError(ProblemError):
    status, code, title = 400, "malformed_request", "The request is not well formed"
    advice = "Percent-encode the query's characters, and spell the path plainly."


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


class TooManyStreamsError(ProblemError):
    """`details.limit`: how many streams a user may hold open."""

    status, code, title = 429, "too_many_streams", "There are as many open streams as there may be"
    advice = "Close a stream that is not read any more: one for each job is enough."

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"A user may hold {limit} streams open.", details={"limit": limit}, retry_after_s=STREAM_RETRY_S
        )


class OriginNotVerifiedError(ProblemError):
    status, code, title = 403, "origin_not_verified", "The request did not come the public way"
    advice = "Use the public address of the service."

    def __init__(self) -> None:
        super().__init__("This address is not for direct use.")


class AccountDisabledError(ProblemError):
    status, code, title = 403, "account_disabled", "The account is disabled"
    advice = "Ask whoever runs this deployment: the account has been disabled or deleted."

    def __init__(self) -> None:
        super().__init__("This account may not be used.")


class EmailNotVerifiedError(ProblemError):
    status, code, title = 403, "email_not_verified", "The e-mail address is not verified"
    advice = "Confirm the address with the code that was sent to it, then try again."

    def __init__(self) -> None:
        super().__init__("Nothing is ordered before the account's e-mail address is verified.")


class InsufficientScopeError(ProblemError):
    """`details.scope` is what the key lacks; null where no key may come."""

    status, code, title = 403, "insufficient_scope", "The key may not do that"
    advice = "Use a key with the scope in details.scope; where that is null, sign in instead."

    def __init__(self, scope: str | None) -> None:
        super().__init__(
            f"This needs the scope {scope}." if scope else "No API key may do this.", details={"scope": scope}
        )


class CrossSiteError(ProblemError):
    status, code, title = 403, "cross_site", "The request did not come from our own pages"
    advice = "Send X-CSRF-Token as GET /api/v1/auth/me tells it, from a page of this deployment."

    def __init__(self) -> None:
        super().__init__(
            "A request with a session cookie that changes something has to show that a page of ours made it."
        )


class SignInFailedError(ProblemError):
    """One text for every reason."""

    status, code, title = 400, "sign_in_failed", "Signing in has not worked"
    advice = "Begin again at /api/v1/auth/login, in the same browser."

    def __init__(self) -> None:
        super().__init__(
            "This sign-in was begun elsewhere, has been used or took too long, or the sign-in page refused it."
        )


class ReturnRefusedError(ProblemError):
    """`details.limit`: how many characters such a path may have."""

    status, code, title = 400, "return_refused", "There is no way back to that address"
    advice = "Name a path of this deployment in return_to, such as /jobs, percent-encoded where it has to be."

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"return_to is a path of this deployment with up to {limit} characters.", details={"limit": limit}
        )


class CodeRefusedError(ProblemError):
    """One text for a wrong code, an old one, and an address that has no account."""

    status, code, title = 400, "code_refused", "The code is not valid"
    advice = "Enter the newest code that was sent to this address, or ask for another one."

    def __init__(self) -> None:
        super().__init__("This code does not belong to this address, has been used or is too old.")


class SignUpClosedError(ProblemError):
    status, code, title = 403, "sign_up_closed", "Nobody signs up here with this address"
    advice = "Ask whoever runs this deployment for an invitation."

    def __init__(self) -> None:
        super().__init__("Accounts are given by invitation, or to addresses of certain domains.")


class TooManyKeysError(ProblemError):
    """`details.limit`: how many keys a user may have."""

    status, code, title = 409, "too_many_keys", "There are as many keys as there may be"
    advice = "Delete a key that is not used any more."

    def __init__(self, limit: int) -> None:
        super().__init__(f"A user may have {limit} keys.", details={"limit": limit})


class InvalidTokenError(UnauthenticatedError):
    """One text for every reason: a forger learns nothing from it."""

    def __init__(self) -> None:
        super().__init__("The access token is missing or not valid.")


class ExpiredTokenError(UnauthenticatedError):
    code, title = "token_expired", "The access token has expired"
    advice = "Get a new access token: refresh it, or sign in again."

    def __init__(self) -> None:
        super().__init__("The access token has expired.")
