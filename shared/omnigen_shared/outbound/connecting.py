"""Connections to public addresses only: the address that is checked is the one that is connected to.

A name is resolved once per connection, all its addresses are looked at, and each is looked at again by whoever makes
the socket, with nothing in between. So it does not matter what the name resolved to before, or will afterwards, or
whether the host was an address already (aiohttp asks no resolver about those).
"""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from omnigen_shared.outbound.addresses import AddressRule

AddressInfo = tuple[Any, ...]
"""As getaddrinfo has it: family, type, protocol, canonical name, socket address."""
OpenSocket = Callable[[AddressInfo], socket.socket]
RESOLVING_THREADS: Final = 8


class AddressRefusedError(Exception):
    """The host leads, or also leads, to an address that is not public. Nothing was connected to."""


class PoolResolver(AbstractResolver):
    """The system's resolver, in threads of its own: a name that takes for ever keeps nobody else waiting."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(RESOLVING_THREADS, thread_name_prefix="outbound-dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        ask = partial(socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._pool, ask)
        return [
            ResolveResult(
                hostname=host,
                host=str(place[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, place in found
        ]

    async def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


class GuardedResolver(AbstractResolver):
    """Another resolver's answers; AddressRefusedError when one of them is not permitted."""

    def __init__(self, inner: AbstractResolver, rule: AddressRule) -> None:
        self._inner = inner
        self._rule = rule

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for entry in found:
            _check(self._rule, entry["host"])
        return found

    async def close(self) -> None:
        await self._inner.close()


def open_socket(info: AddressInfo) -> socket.socket:
    """What aiohttp does itself."""
    family, kind, protocol, *_ = info
    return socket.socket(family=family, type=kind, proto=protocol)


def guarded_connector(
    rule: AddressRule, resolver: AbstractResolver | None = None, make_socket: OpenSocket = open_socket
) -> aiohttp.TCPConnector:
    """A connector that keeps no connection, remembers no name and connects to nothing that the rule does not permit.

    `make_socket` gets what getaddrinfo gives, once its address is found to be permitted.
    """

    def make_checked(info: AddressInfo) -> socket.socket:
        _check(rule, str(info[4][0]))
        return make_socket(info)

    return aiohttp.TCPConnector(
        resolver=GuardedResolver(resolver or PoolResolver(), rule),
        use_dns_cache=False,
        force_close=True,
        limit=0,
        # One address after the other: a race would swallow what make_checked raises.
        happy_eyeballs_delay=None,
        socket_factory=make_checked,
    )


def _check(rule: AddressRule, address: str) -> None:
    if not rule.permits(address):
        raise AddressRefusedError("The host does not lead to a public address alone.")
