"""Sessions: found by a cookie, their tokens renewed in time by one gateway at a time, ended here and at Cognito."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import structlog

from omnigen_gateway.domain.claims import Caller, Expected, Means, check_claims, check_id_claims
from omnigen_gateway.domain.problems import ExpiredTokenError, InvalidTokenError
from omnigen_gateway.domain.sessions import LIVES_S, RENEWAL_LEASE_S, Session, digest_of
from omnigen_gateway.domain.sign_in import OutdatedSignInError
from omnigen_gateway.ports import GrantRefusedError, IdentityProvider, Renewal, SessionTable, Tokens
from omnigen_gateway.service.callers import Signatures
from omnigen_gateway.service.remembering import Memory
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError

MAX_AGE_S: Final = 30.0
"""A session that was ended elsewhere is taken here for so much longer at most."""
PATIENCE_S: Final = 1.0
"""How long new tokens are waited for by a request for which the old ones do."""
WAIT_S: Final = 0.2
WAITS: Final = 25
"""How often to look whether another gateway has renewed the tokens that nothing can be done without."""
_log = structlog.get_logger()


class Sessions:
    """Sessions by the id in the cookie."""

    def __init__(
        self,
        table: SessionTable,
        provider: IdentityProvider,
        signatures: Signatures,
        expected: Expected,
        wall_clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._provider = provider
        self._signatures = signatures
        self._expected = expected
        self._wall_clock = wall_clock
        self._memory = Memory(self._look, MAX_AGE_S, monotonic=monotonic)
        self._renewals: dict[str, asyncio.Task[Session | None]] = {}
        """Those that nobody has to wait for."""

    async def get_caller(self, session_id: str) -> Caller:
        """Whose session it is; InvalidTokenError for none. Its plan is the standing's to tell."""
        digest = digest_of(session_id)
        session = self._memory.find(digest) or await self._memory.get(digest)
        if session is None or self._wall_clock() >= session.expires_at:
            raise InvalidTokenError
        return Caller(session.user_id, PlanName.FREE, session.expires_at, session.started_at, Means.SESSION)

    async def begin(self, tokens: Tokens, nonce: str) -> str:
        """A new session out of a sign-in's tokens: its id.

        InvalidTokenError when they are not what was asked for, OutdatedSignInError.
        """
        caller, email = await self._read(tokens, nonce)
        if tokens.refresh_token is None:
            raise InvalidTokenError
        # The page that somebody signed in at goes on for an hour, whatever was signed out or reset since.
        if caller.since < await self._table.find_cutoff(caller.user_id):
            raise OutdatedSignInError
        now_s, session_id = int(self._wall_clock()), secrets.token_urlsafe(32)
        session = Session(
            user_id=caller.user_id,
            email=email,
            refresh_token=tokens.refresh_token,
            started_at=caller.since,
            expires_at=now_s + LIVES_S,
            fresh_until=caller.expires_at,
        )
        await self._table.put(digest_of(session_id), session)
        return session_id

    async def renew(self, session_id: str) -> Session:
        """Renew the tokens now, unless another gateway does. InvalidTokenError when the session is over."""
        digest = digest_of(session_id)
        session = await self._table.find(digest)
        renewed = None if session is None else await asyncio.shield(self._begin_renewal(digest, session))
        self._memory.forget(digest)
        if renewed is None:
            raise InvalidTokenError
        return renewed

    async def end(self, session_id: str) -> None:
        """Nobody comes in by it any more: here at once, elsewhere within MAX_AGE_S; its tokens are revoked."""
        digest = digest_of(session_id)
        session = await self._table.find(digest)
        await self._table.remove(digest)
        self._memory.forget(digest)
        if session is not None:
            await self._revoke(session.refresh_token)

    async def land(self) -> None:
        """Wait for what is under way: Cognito may just have changed a refresh token that is not kept yet."""
        await self._memory.land()
        await asyncio.gather(*self._renewals.values(), return_exceptions=True)

    async def _look(self, digest: str) -> Session | None:
        session = await self._table.find(digest)
        now_s = self._wall_clock()
        if session is None or now_s >= session.expires_at:
            return None
        if not session.is_due(now_s):
            return session
        if session.is_stale(now_s):
            return await self._renew(digest, session, is_needed=True)
        renewal = self._begin_renewal(digest, session)
        await asyncio.wait({renewal}, timeout=PATIENCE_S)
        if renewal.done() and renewal.exception() is None:
            return renewal.result()
        return await self._table.find(digest)  # which may have been told meanwhile that it has ended

    def _begin_renewal(self, digest: str, session: Session) -> "asyncio.Task[Session | None]":
        """The one under way, or a new one. It goes on when nobody waits for it: what Cognito gives has to be kept."""
        renewal = self._renewals.get(digest)
        if renewal is None:
            renewal = self._renewals[digest] = asyncio.create_task(self._renew(digest, session, is_needed=False))
            renewal.add_done_callback(lambda task: self._end_renewal(digest, task))
        return renewal

    def _end_renewal(self, digest: str, renewal: "asyncio.Task[Session | None]") -> None:
        del self._renewals[digest]
        if renewal.cancelled():
            return
        if (error := renewal.exception()) is not None:
            _log.warning("renewal_failed", error=repr(error))
        elif renewal.result() is None:
            self._memory.forget(digest)  # whoever did not wait has it that the session goes on

    async def _renew(self, digest: str, session: Session, *, is_needed: bool) -> Session | None:
        """The session with new tokens, as it is while another gateway sees to that, or None when it is over."""
        owner, now_s = secrets.token_hex(8), int(self._wall_clock())
        if await self._table.lease(digest, session.version, owner, now_s, now_s + RENEWAL_LEASE_S):
            return await self._renew_under_lease(digest, session, owner, is_needed=is_needed)
        return await self._await_renewal(digest, session.version) if is_needed else await self._table.find(digest)

    async def _renew_under_lease(self, digest: str, session: Session, owner: str, *, is_needed: bool) -> Session | None:
        try:
            tokens = await self._provider.refresh(session.refresh_token)
        except GrantRefusedError:
            return await self._drop(digest, session, owner)
        except DependencyUnavailableError as error:
            # It may have happened: Cognito takes the old token once more for a while.
            await self._table.give_up(digest, owner)
            return _put_off(session, error, is_needed=is_needed)
        renewed = replace(
            session, refresh_token=tokens.refresh_token or session.refresh_token, version=session.version + 1
        )
        try:
            caller, email = await self._read(tokens, None)
        except (DependencyUnavailableError, InvalidTokenError, ExpiredTokenError) as error:
            # What cannot be judged (a key that is not known yet, a slow clock) is no refusal, and the token that came
            # along is the only one that is taken from now on.
            kept = await self._keep(digest, owner, renewed)
            return None if kept is None else _put_off(kept, error, is_needed=is_needed)
        if caller.user_id != session.user_id:
            return await self._drop(digest, session, owner)
        return await self._keep(digest, owner, replace(renewed, email=email, fresh_until=caller.expires_at))

    async def _drop(self, digest: str, session: Session, owner: str) -> Session | None:
        """The provider does not vouch for this user any more."""
        _log.info("session_ended_by_provider", user_id=session.user_id)
        # Only under the own lease: after it another gateway may have renewed what was refused here.
        await self._table.remove_leased(digest, owner)
        return await self._table.find(digest)

    async def _keep(self, digest: str, owner: str, renewed: Session) -> Session | None:
        outcome = await self._table.renew(digest, owner, renewed)
        if outcome is Renewal.GONE:
            await self._revoke(renewed.refresh_token)
            return None
        return renewed if outcome is Renewal.KEPT else await self._table.find(digest)

    async def _await_renewal(self, digest: str, version: int) -> Session | None:
        for _ in range(WAITS):
            session = await self._table.find(digest)
            if session is None or session.version != version:
                return session
            await asyncio.sleep(WAIT_S)
        raise DependencyUnavailableError("The session is being renewed.", retry_after_s=1)

    async def _read(self, tokens: Tokens, nonce: str | None) -> tuple[Caller, str]:
        """Whom these tokens name, and their e-mail address. InvalidTokenError unless both name one user."""
        now_s = self._wall_clock()
        claims = await self._signatures.read(tokens.id_token.encode())
        user_id = check_id_claims(claims, self._expected, now_s, nonce)
        caller = check_claims(await self._signatures.read(tokens.access_token.encode()), self._expected, now_s)
        if caller.user_id != user_id:
            raise InvalidTokenError
        return caller, str(claims.get("email", ""))

    async def _revoke(self, refresh_token: str) -> None:
        """What cannot be revoked now is nowhere kept any more either."""
        try:
            await self._provider.revoke(refresh_token)
        except DependencyUnavailableError as error:
            _log.warning("tokens_not_revoked", error=error.detail)


def _put_off(session: Session, error: Exception, *, is_needed: bool) -> Session:
    """Go on with what there is; DependencyUnavailableError where nothing can be done without new tokens."""
    _log.warning("session_not_renewed", user_id=session.user_id, error=str(error) or type(error).__name__)
    if is_needed:
        raise DependencyUnavailableError("The session cannot be renewed now.", retry_after_s=1) from error
    return session
