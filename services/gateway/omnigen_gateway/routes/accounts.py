"""/api/v1/auth for people without a session: they sign up, confirm their address, get a new password."""

from typing import Final

from fastapi import APIRouter

from omnigen_gateway.domain.problems import CodeRefusedError, SignUpClosedError
from omnigen_gateway.routes.admitted import Admitted, Use
from omnigen_gateway.schemas import Address, Confirmation, Done, NewAccount, NewPassword, Sent
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.http.documents import problems
from omnigen_shared.http.health import OPEN

router: Final = APIRouter(prefix="/auth", tags=["auth"], dependencies=[Admitted])
AWAY: Final = problems(DependencyUnavailableError)
BY_CODE: Final = problems(CodeRefusedError, DependencyUnavailableError)


@router.post(
    "/sign-up",
    status_code=202,
    openapi_extra=OPEN,
    responses=problems(SignUpClosedError, DependencyUnavailableError),
)
async def post_sign_up(uses: Use, body: NewAccount) -> Sent:
    """Ask for an account: a code is sent to the address, again where it was not confirmed yet."""
    await uses.registering.sign_up(body.email, body.password)
    return Sent()


@router.post("/confirm", openapi_extra=OPEN, responses=BY_CODE)
async def post_confirm(uses: Use, body: Confirmation) -> Done:
    """The address is yours: enter the code that was sent to it."""
    await uses.registering.confirm(body.email, body.code)
    return Done()


@router.post("/forgot-password", status_code=202, openapi_extra=OPEN, responses=AWAY)
async def post_forgot_password(uses: Use, body: Address) -> Sent:
    """A code for a new password is sent to the address, if it has an account."""
    await uses.registering.send_reset(body.email)
    return Sent()


@router.post("/reset-password", openapi_extra=OPEN, responses=BY_CODE)
async def post_reset_password(uses: Use, body: NewPassword) -> Done:
    """A new password by the code; every session and token of the user ends. API keys stay until they are deleted."""
    await uses.registering.reset(body.email, body.code, body.password)
    return Done()
