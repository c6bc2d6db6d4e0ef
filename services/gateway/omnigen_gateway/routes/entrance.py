"""The outermost layer: security headers on every answer, and proxied paths led past the framework."""

from collections.abc import Iterable, Sequence
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from omnigen_gateway.domain.cors import Cors
from omnigen_gateway.domain.routing import find_route
from omnigen_gateway.routes.lobby import refuse
from omnigen_shared.errors import ProblemError

POLICY: Final = b"content-security-policy"


class Entrance:
    """Proxied paths go to the lifespan state's `door`, everything else to the inner app."""

    def __init__(self, app: ASGIApp, security_headers: Sequence[tuple[bytes, bytes]], cors: Cors | None = None) -> None:
        self._app = app
        self._always = tuple(pair for pair in security_headers if pair[0] != POLICY)
        self._unless_a_page = tuple(pair for pair in security_headers if pair[0] == POLICY)
        self._cors = cors or None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        shown = () if self._cors is None else self._cors.find_headers(scope["headers"])

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._secure([*message.get("headers", ()), *shown])
            await send(message)

        route = find_route(scope["raw_path"])
        if route is None:
            await self._app(scope, receive, send_secured)
        elif self._cors is not None and (
            allowed := self._cors.find_preflight(scope["method"], scope["headers"], route.methods)
        ):
            await _answer_preflight(allowed, scope, receive, send_secured)
        else:
            await scope["state"]["door"].serve(route, scope, receive, send_secured)

    def _secure(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """A page of our own brings its own policy; everything else is none. Names are lower case, as ASGI has them."""
        headers += self._always
        if POLICY not in dict(headers):
            headers += self._unless_a_page
        return headers


async def _answer_preflight(headers: Iterable[tuple[bytes, bytes]], scope: Scope, receive: Receive, send: Send) -> None:
    try:
        scope["state"]["door"].admit_anybody(scope)
    except ProblemError as problem:
        await refuse(problem, scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 204, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b""})


def security_headers(public_base_url: str) -> list[tuple[bytes, bytes]]:
    """What every answer of the API carries. Nothing here is ever a page; https once is https for a year."""
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (POLICY, b"default-src 'none'; frame-ancestors 'none'"),
    ]
    if public_base_url.startswith("https://"):
        headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
    return headers
