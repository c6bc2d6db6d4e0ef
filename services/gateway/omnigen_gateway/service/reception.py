"""Who calls, by whichever credential they bring, and whether they may do what they ask for."""

from typing import Final
from urllib.parse import urlsplit

from omnigen_gateway.domain.api_keys import PREFIX
from omnigen_gateway.domain.claims import Caller
from omnigen_gateway.domain.headers import RequestHead
from omnigen_gateway.domain.problems import CrossSiteError, InvalidTokenError
from omnigen_gateway.domain.routing import Route
from omnigen_gateway.domain.sessions import CSRF_HEADER, find_session_id, is_csrf_token, is_own_page
from omnigen_gateway.domain.standing import check_permission, check_standing
from omnigen_gateway.domain.tokens import bearer_token
from omnigen_gateway.service.api_keys import ApiKeys
from omnigen_gateway.service.callers import Authenticator
from omnigen_gateway.service.sessions import Sessions
from omnigen_gateway.service.standings import Standings

BEARER: Final = b"Bearer "
_SAFE: Final = frozenset({"GET", "HEAD"})


class Reception:
    """An Authorization header goes before a cookie: a page of ours may act for a program, not the other way round."""

    def __init__(
        self, tokens: Authenticator, sessions: Sessions, keys: ApiKeys, standings: Standings, public_base_url: str
    ) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._keys = keys
        self._standings = standings
        parts = urlsplit(public_base_url)
        self._public_origin = f"{parts.scheme}://{parts.netloc}"

    async def admit(self, head: RequestHead, method: str, route: Route) -> Caller:
        """The caller. Each refusal is one of domain.problems; DependencyUnavailableError when nobody can tell."""
        caller = self._find(head) or await self._identify(head, method)
        standing = self._standings.find(caller.user_id) or await self._standings.get(caller.user_id)
        check_standing(caller, standing)
        check_permission(caller, standing, route, method)
        return caller.under(standing.plan)

    def _find(self, head: RequestHead) -> Caller | None:
        """Who most requests are from, found with few steps: whoever has shown this very token a moment ago."""
        given = head.noted.get(b"authorization", b"")
        return self._tokens.find(given[len(BEARER) :]) if given.startswith(BEARER) and not head.doubled else None

    async def _identify(self, head: RequestHead, method: str) -> Caller:
        given = head.noted.get(b"authorization")
        if given is None:
            return await self._identify_browser(head, method)
        # Two of them are as good as none.
        token = bearer_token(None if b"authorization" in head.doubled else given)
        if token.startswith(PREFIX):
            return await self._keys.get_caller(token.decode("latin-1"))
        return await self._tokens.identify(token)

    async def _identify_browser(self, head: RequestHead, method: str) -> Caller:
        session_id = find_session_id(head.find(b"cookie"))
        if not session_id:
            raise InvalidTokenError
        caller = await self._sessions.get_caller(session_id)
        if method not in _SAFE:
            is_own = is_own_page(head.find(b"origin"), head.find(b"sec-fetch-site"), self._public_origin)
            if not is_own or not is_csrf_token(head.find(CSRF_HEADER), session_id):
                raise CrossSiteError
        return caller
