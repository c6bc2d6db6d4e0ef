"""A session's surroundings: gateways over one table and one provider, and their clock."""

import asyncio
import time
from collections.abc import Callable

from tests.fakes.identity import FakeProvider, FakeSessionTable
from tests.fakes.tokens import CLIENT_ID, ISSUER, FakeKeys

from omnigen_gateway.domain.claims import Expected
from omnigen_gateway.domain.sessions import (
    RENEW_AHEAD_S,
    Session,
    digest_of,
)
from omnigen_gateway.ports import GrantRefusedError, Tokens
from omnigen_gateway.service.callers import Signatures
from omnigen_gateway.service.sessions import Sessions

HOUR_S = 3600
SLOW_S = 10.0


class SessionBench:
    """A provider, a table, and gateways over them; clocks are moved by hand."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.provider = FakeProvider()
        self.table = FakeSessionTable()
        self.here, self.elsewhere = self.open_gateway(), self.open_gateway()

    def open_gateway(self) -> Sessions:
        clock: Callable[[], float] = lambda: time.time() + self.ahead_s  # noqa: E731 - both clocks go together
        signatures = Signatures(FakeKeys())
        return Sessions(self.table, self.provider, signatures, Expected(ISSUER, CLIENT_ID), clock, clock)

    async def begin(self) -> str:
        return await self.here.begin(await self.provider.exchange("code", "verifier", "uri"), "")

    def slow_down(self, *, refuses: bool = False) -> None:
        """The next refresh happens at once, and its answer takes as long as one may."""
        refresh = self.provider.refresh

        async def refresh_slowly(refresh_token: str) -> Tokens:
            self.provider.refresh = refresh  # type: ignore[method-assign]
            tokens = await refresh(refresh_token)
            await asyncio.sleep(SLOW_S)
            if refuses:
                raise GrantRefusedError
            return tokens

        self.provider.refresh = refresh_slowly  # type: ignore[method-assign]

    def session(self, session_id: str) -> Session:
        return self.table.sessions[digest_of(session_id)]

    def make_due(self) -> None:
        """Some minutes before the access token's end; what the provider gives from now on lasts from then."""
        self.ahead_s = HOUR_S - RENEW_AHEAD_S + 1
        self.provider.lasts_s = 2 * HOUR_S

    def make_stale(self) -> None:
        self.ahead_s = HOUR_S + 1
        self.provider.lasts_s = 3 * HOUR_S
