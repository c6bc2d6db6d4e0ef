"""/api/v1/auth: a browser signs in and out, and asks who it is."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from omnigen_gateway.domain.claims import Means
from omnigen_gateway.domain.problems import ReturnRefusedError, SignInFailedError
from omnigen_gateway.domain.sessions import COOKIE, LIVES_S, csrf_token_of, find_cookie, find_session_id
from omnigen_gateway.domain.sign_in import LASTS_S, OutdatedSignInError, cookie_name
from omnigen_gateway.routes.admitted import Admitted, Use, Who
from omnigen_gateway.schemas import Left, Me, SignedOut, SignOut, show_me
from omnigen_shared.http.documents import problems
from omnigen_shared.http.health import OPEN

SEE_OTHER: Final = 303
Text = Annotated[str, Query(max_length=2_000)]
_ELSEWHERE: Final = {"description": "to another page", "headers": {"Location": {"schema": {"type": "string"}}}}

router: Final = APIRouter(prefix="/auth", tags=["auth"])


@router.get(
    "/login",
    dependencies=[Admitted],
    openapi_extra=OPEN,
    status_code=SEE_OTHER,
    response_class=Response,
    responses={303: _ELSEWHERE, **problems(ReturnRefusedError)},
)
async def get_login(uses: Use, return_to: Text = "/") -> Response:
    """Sign in: leads to the sign-in page and, after it, back to `return_to`, a path of this deployment."""
    departure = uses.signing_in.depart(return_to)
    answer = _redirect(departure.url)
    _set_cookie(answer, departure.cookie_name, departure.cookie_value, LASTS_S)
    return answer


@router.get(
    "/callback",
    dependencies=[Admitted],
    openapi_extra=OPEN,
    status_code=SEE_OTHER,
    response_class=Response,
    responses={303: _ELSEWHERE, **problems(SignInFailedError)},
)
async def get_callback(request: Request, uses: Use, code: Text = "", state: Text = "") -> Response:
    """Where the sign-in page leads back to; sets the session's cookie.

    Who has signed out everywhere since they signed in there is signed out there, too, and comes to the start page.
    """
    cookies, name = request.headers.get("cookie", ""), cookie_name(state)
    try:
        arrival = await uses.signing_in.arrive(code, state, find_cookie(cookies, name), find_session_id(cookies))
    except OutdatedSignInError:
        # The page would vouch for them again and again: its own session has to end before they sign in anew.
        answer = _redirect(uses.signing_in.pages.logout_url)
    else:
        answer = _redirect(arrival.return_to)
        _set_cookie(answer, COOKIE, arrival.session_id, LIVES_S)
    _set_cookie(answer, name, "", 0)
    return answer


@router.get("/me")
async def get_me(request: Request, uses: Use, caller: Who) -> Me:
    """Who you are here; with a session also the CSRF token."""
    standing = await uses.standings.get(caller.user_id)
    is_session = caller.means is Means.SESSION
    return show_me(caller, standing, csrf_token_of(_session_id(request)) if is_session else None)


@router.delete("/me", status_code=202)
async def delete_me(request: Request, response: Response, uses: Use, caller: Who) -> Left:
    """Leave for good: keys, sessions and the account go now, videos and all else that is kept of you within minutes.

    What was paid stays in the ledger, under an id that names nobody any more.
    """
    await uses.leaving.erase(caller.user_id)
    if caller.means is Means.SESSION:
        await uses.sessions.end(_session_id(request))
        _set_cookie(response, COOKIE, "", 0)
    return Left(user_id=caller.user_id)


@router.post("/refresh")
async def post_refresh(request: Request, uses: Use, caller: Who) -> Me:
    """Renew the session's tokens now. They are renewed by themselves in time; a new plan or address shows at once."""
    if caller.means is Means.SESSION:
        await uses.sessions.renew(_session_id(request))
    uses.standings.forget(caller.user_id)
    return await get_me(request, uses, caller)


@router.post("/logout")
async def post_logout(
    request: Request, response: Response, uses: Use, caller: Who, body: SignOut | None = None
) -> SignedOut:
    """End this session and revoke its tokens, or with `everywhere` all sessions and tokens of the user, but no API key.

    It holds on every gateway within a minute.
    """
    if caller.means is Means.SESSION:
        await uses.sessions.end(_session_id(request))
        _set_cookie(response, COOKIE, "", 0)
    if (body is not None and body.everywhere) or caller.means is Means.TOKEN:
        await uses.standings.sign_out_everywhere(caller.user_id)
    return SignedOut(logout_url=uses.signing_in.pages.logout_url)


def _session_id(request: Request) -> str:
    return find_session_id(request.headers.get("cookie", ""))


def _redirect(url: str) -> Response:
    return RedirectResponse(url, SEE_OTHER, {"Cache-Control": "no-store"})


def _set_cookie(answer: Response, name: str, value: str, max_age_s: int) -> None:
    """`__Host-`: of this host alone, over https alone, and set by nobody else."""
    answer.set_cookie(name, value, max_age=max_age_s, path="/", secure=True, httponly=True, samesite="lax")
