"""The way of a browser to the hosted page and back."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import structlog

from omnigen_gateway.domain.problems import ExpiredTokenError, InvalidTokenError, SignInFailedError
from omnigen_gateway.domain.returns import check_return
from omnigen_gateway.domain.sign_in import LASTS_S, HostedPages, SignIn, cookie_name
from omnigen_gateway.ports import GrantRefusedError, IdentityProvider, Sealer, SessionTable
from omnigen_gateway.service.sessions import Sessions

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser is sent, and the cookie that it has to bring back."""

    url: str
    cookie_name: str
    cookie_value: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A browser that has signed in, and where it wanted to go."""

    session_id: str
    return_to: str


class SigningIn:
    """The code flow with state, nonce and PKCE. What is begun is kept by the browser alone, sealed."""

    def __init__(
        self,
        pages: HostedPages,
        sealer: Sealer,
        provider: IdentityProvider,
        table: SessionTable,
        sessions: Sessions,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.pages = pages
        self._sealer = sealer
        self._provider = provider
        self._table = table
        self._sessions = sessions
        self._wall_clock = wall_clock

    def depart(self, return_to: str) -> Departure:
        """Begin a sign-in. ReturnRefusedError."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        sign_in = SignIn(state, nonce, verifier, check_return(return_to), int(self._wall_clock()) + LASTS_S)
        name = cookie_name(state)
        return Departure(self.pages.sign_in_url(sign_in), name, self._sealer.seal(sign_in.to_bytes(), name))

    async def arrive(self, code: str, state: str, sealed: str, replaced: str = "") -> Arrival:
        """End a sign-in; `sealed` is this state's cookie. The session that the browser had is ended.

        SignInFailedError for one that this browser did not begin, that is too old, or that has been used;
        OutdatedSignInError.
        """
        raw = self._sealer.open(sealed, cookie_name(state))
        sign_in = None if raw is None else SignIn.from_bytes(raw)
        if not code or sign_in is None or not sign_in.accepts(state, self._wall_clock()):
            raise SignInFailedError
        mark = sha256(state.encode()).hexdigest()
        if not await self._table.use_once(mark, secrets.token_hex(8), sign_in.expires_at):
            raise SignInFailedError
        try:
            tokens = await self._provider.exchange(code, sign_in.verifier, self.pages.callback_url)
            session_id = await self._sessions.begin(tokens, sign_in.nonce)
        except (GrantRefusedError, InvalidTokenError, ExpiredTokenError) as error:
            _log.info("sign_in_refused", error=type(error).__name__)
            raise SignInFailedError from error
        if replaced:
            await self._sessions.end(replaced)
        return Arrival(session_id, sign_in.return_to)
