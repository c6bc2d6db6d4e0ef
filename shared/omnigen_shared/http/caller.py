"""Who may call a route: a dependency that checks the internal identity and its issuer."""

from typing import Any

from fastapi import Depends, Request

from omnigen_shared.errors import ForbiddenError
from omnigen_shared.identity import IDENTITY_HEADER, Identity, IdentityVerifier


def allow(*issuers: str) -> Any:
    """`caller: Annotated[Identity, allow("gateway")]`: 401 without a valid identity, 403 for another issuer.

    The verifier is the lifespan state's `identity_verifier`.
    """

    async def check(request: Request) -> Identity:
        verifier: IdentityVerifier = request.state.identity_verifier
        caller = verifier.verify(request.headers.get(IDENTITY_HEADER, ""))
        if caller.issuer not in issuers:
            raise ForbiddenError(f"{caller.issuer} may not call {request.method} {request.url.path}.")
        return caller

    return Depends(check)
