"""The least that a gateway of our parts can cost: an ASGI app over our aiohttp session, and a memory of good tokens.

It checks nothing but the token, limits, logs and retries nothing, and does not notice who hangs up. A goal that is
below it is out of reach for every gateway of uvicorn and aiohttp, on the machine that both were measured on.
"""

import os
from typing import Final

import aiohttp
from starlette.types import Receive, Scope, Send
from yarl import URL

from bench.gateway.rivals.verifying import find_user
from omnigen_gateway.clients.session import open_session

_UPSTREAM: Final = os.environ["UPSTREAM"]
_NOT_PASSED: Final = frozenset({b"connection", b"server", b"date"})


class Least:
    """Users by the whole text of their Authorization header: a hash of it would cost, too."""

    def __init__(self) -> None:
        self._users: dict[bytes, str] = {}
        self._session: aiohttp.ClientSession

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] == "/health":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self._forward(scope, send)

    async def _forward(self, scope: Scope, send: Send) -> None:
        token = dict(scope["headers"])[b"authorization"]
        user = self._users.get(token)
        if user is None:
            user = self._users[token] = await find_user(token.decode())
        url = URL(_UPSTREAM + scope["path"], encoded=True)
        async with self._session.get(url, headers={"Host": "jobs", "X-User": user}, allow_redirects=False) as answer:
            body = await answer.read()
        headers = [(name.lower(), value) for name, value in answer.raw_headers if name.lower() not in _NOT_PASSED]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Receive, send: Send) -> None:
        async with open_session() as self._session:
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


app = Least()
