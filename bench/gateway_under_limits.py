"""The process that bench.gateway_limiter measures: one gateway under several limiters, each at a port of its own.

`python -m bench.gateway_under_limits UPSTREAM_PORT` prints the ports in the order of LIMITERS, then good tokens.
"""

import asyncio
import logging
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

import structlog
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send
from tests.fakes.gateway import PRIVATE_KEY
from tests.fakes.identity import FakeIdentity
from tests.fakes.loopback import listen
from tests.fakes.tokens import CLIENT_ID, ISSUER, FakeKeys, claims, provider_key

from omnigen_gateway.clients.leases import QuotaLeases
from omnigen_gateway.clients.session import open_session
from omnigen_gateway.clients.upstream import HttpUpstream
from omnigen_gateway.domain.addresses import AddressLimit
from omnigen_gateway.domain.claims import Caller, Expected
from omnigen_gateway.domain.origins import Origin
from omnigen_gateway.domain.registration import Registration, SignUpMode
from omnigen_gateway.ports import LeaseSource
from omnigen_gateway.protocol import BoundedHeadProtocol
from omnigen_gateway.routes.door import Door
from omnigen_gateway.routes.entrance import Entrance, security_headers
from omnigen_gateway.routes.tracing import Tracing
from omnigen_gateway.service.api_keys import ApiKeys
from omnigen_gateway.service.callers import Authenticator, Signatures
from omnigen_gateway.service.forwarding import Forwarder
from omnigen_gateway.service.limiting import Judgement, RateLimiter
from omnigen_gateway.service.reception import Reception
from omnigen_gateway.service.sessions import Sessions
from omnigen_gateway.service.standings import Standings
from omnigen_gateway.service.streaming import OpenStreams
from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import WINDOW_S, RateLease, RateLeaseRequest
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.identity import IdentitySigner

USERS: Final = 64
LIMITERS: Final = ("none", "held", "counting", "refusing")
"""Without a limit; with leases that never end; with leases of ten from quota; with none left."""


class HugeLeases:
    """Implements ports.LeaseSource: `size` for everybody."""

    def __init__(self, size: int) -> None:
        self._size = size

    async def lease(self, _user_id: UserId, _plan: PlanName, _request: RateLeaseRequest) -> RateLease:
        return RateLease.model_construct(
            window=1, remaining_ms=WINDOW_S * 60_000, size=self._size, limit=3000, remaining=1000
        )


class NoLimit(RateLimiter):
    """Does nothing."""

    def admit_address(self, address: str) -> None:
        """Whoever it is."""

    def judge(self, caller: Caller) -> Judgement:  # noqa: ARG002 - the same for all
        return _PASSED


_PASSED: Final[Judgement] = ((), None)


async def serve(upstream_port: int) -> None:
    """Until this process is ended."""
    url, signer = f"http://127.0.0.1:{upstream_port}", IdentitySigner("gateway", PRIVATE_KEY)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        quota = await stack.enter_async_context(InternalClient("quota", url, signer, timeout_s=1.0))
        sources: dict[str, LeaseSource] = {
            "none": HugeLeases(0),
            "held": HugeLeases(10**9),
            "counting": QuotaLeases(quota),
            "refusing": HugeLeases(0),
        }
        servers, sockets = [], [stack.enter_context(listen()) for _ in LIMITERS]
        for name in LIMITERS:
            kind = NoLimit if name == "none" else RateLimiter
            limiter = kind(sources[name], AddressLimit(10**7, 10**6), "gateway001", fails_open=True)
            if name != "held":  # whose leases would go back between two turns
                await stack.enter_async_context(limiter)
            upstreams = {"jobs": HttpUpstream(session, url)}
            door = Door(
                Origin(()),
                _reception(),
                limiter,
                Forwarder(upstreams, signer),
                OpenStreams(0),
                Tracing(0.0),
                _no_other_route,
                1_000_000,
            )
            servers.append(_server(door))
        tokens = [provider_key().sign(claims(sub=f"user-{number}")) for number in range(USERS)]
        ports = [str(sock.getsockname()[1]) for sock in sockets]
        sys.stdout.write(f"{' '.join(ports)}\n{' '.join(tokens)}\n")
        sys.stdout.flush()
        await asyncio.gather(*(each.serve([sock]) for each, sock in zip(servers, sockets, strict=True)))


def _reception() -> Reception:
    """Everybody's token is good, and so is everybody."""
    identity, signatures, expected = FakeIdentity(), Signatures(FakeKeys()), Expected(ISSUER, CLIENT_ID)
    return Reception(
        Authenticator(signatures, expected),
        Sessions(identity.sessions, identity.provider, signatures, expected),
        ApiKeys(identity.keys),
        Standings(identity.directory, identity.sessions, Registration(SignUpMode.OPEN)),
        "http://localhost",
    )


def _server(door: Door) -> uvicorn.Server:
    entrance = Entrance(_no_other_route, security_headers("http://localhost"))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"door": door}
        await entrance(scope, receive, send)

    config = uvicorn.Config(
        app, http=BoundedHeadProtocol, lifespan="off", access_log=False, log_level="critical", server_header=False
    )
    return uvicorn.Server(config)


async def _no_other_route(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("the bench asks for a proxied route")


def main(arguments: Sequence[str]) -> None:
    """Logs are made and thrown away below warnings."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(arguments[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
