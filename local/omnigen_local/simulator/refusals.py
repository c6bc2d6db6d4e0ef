"""Answers that are no success: the provider's `{"detail": …}`, and connections that just end."""

import asyncio
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from omnigen_local.simulator.creating import BadRequestError, describe_problems
from omnigen_local.simulator.faults import UnknownFaultError
from omnigen_local.simulator.parameters import InvalidInputError

TRANSPORT: Final = "omnigen.simulator.transport"
UNAUTHENTICATED: Final = "You did not pass a valid authentication token"
NOT_FOUND: Final = "The requested resource could not be found."
FAILED: Final = "Internal server error (simulated)"


class RefusalError(Exception):
    """An answer with a status and a detail."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class ConnectionDroppedError(Exception):
    """The connection is to be closed without an answer."""


def throttled(resets_in_s: float) -> RefusalError:
    """The 429 as it is documented; no Retry-After is."""
    seconds = max(1, round(resets_in_s))
    return RefusalError(429, f"Request was throttled. Your rate limit resets in ~{seconds}s.")


def install_handlers(app: FastAPI) -> None:
    """Every refusal has the same shape."""

    @app.exception_handler(RefusalError)
    async def _refuse(_: Request, error: RefusalError) -> Response:
        return _answer(error.status, error.detail)

    @app.exception_handler(InvalidInputError)
    async def _refuse_input(_: Request, error: InvalidInputError) -> Response:
        return _answer(422, describe_problems(error))

    @app.exception_handler(BadRequestError)
    @app.exception_handler(UnknownFaultError)
    @app.exception_handler(RequestValidationError)
    async def _refuse_request(_: Request, error: Exception) -> Response:
        return _answer(422, str(error))

    @app.exception_handler(HTTPException)
    async def _refuse_address(_: Request, error: HTTPException) -> Response:
        return _answer(error.status_code, NOT_FOUND if error.status_code == 404 else str(error.detail))  # noqa: PLR2004


def _answer(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status)


class ConnectionDropper:
    """Middleware that ends the connection where ConnectionDroppedError asks for it.

    The server puts the transport into the scope (server.py); without one the error goes on to the caller, which is
    what an in-process client sees.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except ConnectionDroppedError:
            transport: asyncio.Transport | None = scope.get("extensions", {}).get(TRANSPORT)
            if transport is None:
                raise
            transport.abort()
            while (await receive())["type"] != "http.disconnect":
                pass
