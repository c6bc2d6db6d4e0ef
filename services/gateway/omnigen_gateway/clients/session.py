"""The one aiohttp session of the process."""

from collections.abc import Iterable
from typing import Final

import aiohttp

CONNECT_TIMEOUT_S: Final = 2.0
SILENCE_TIMEOUT_S: Final = 28.0
"""How long an upstream may keep silent: before its answer, and in a stream, where heartbeats come every 15 s.

Above the 25 s that a service is given; with what admits the request, whoever asked is answered within 30 s.
"""
KEEP_ALIVE_S: Final = 4.0
"""Shorter than the services' own 5 s, so that a request seldom meets a connection that is just being closed."""


class ProxiedRequest(aiohttp.ClientRequest):
    """Sends the headers that it is given, and none that a client would have."""

    def update_auto_headers(self, skip_auto_headers: Iterable[str] | None) -> None:
        """Leaving them away one by one, as the session offers, costs more than the rest of the request's head."""


def open_session() -> aiohttp.ClientSession:
    """A session for proxying: any number of streams, bytes as they come, no cookies, no proxies, no total timeout."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=SILENCE_TIMEOUT_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        request_class=ProxiedRequest,
        max_field_size=16_384,
    )
    # aiohttp sends a DELETE or PUT a second time by itself; what is sent again is the forwarder's decision. There is no
    # public switch; a contract test counts what arrives.
    session._retry_connection = False  # noqa: SLF001
    return session
