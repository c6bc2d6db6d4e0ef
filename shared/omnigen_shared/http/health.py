"""GET /health: the process lives. GET /ready: each dependency answers within a second, by name."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

Check = Callable[[], Awaitable[object]]
_CHECK_TIMEOUT_S: Final = 1.0
OPEN: Final[dict[str, Any]] = {"security": []}
"""Nobody has to sign in."""


class Readiness(BaseModel):
    """`ok`, or `unavailable`; each dependency is `ok`, or what is wrong with it."""

    status: str
    dependencies: dict[str, str]


health_router: Final = APIRouter(tags=["health"])


@health_router.get("/health", openapi_extra=OPEN)
async def get_health() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@health_router.get("/ready", openapi_extra=OPEN, response_model=Readiness, responses={503: {"model": Readiness}})
async def get_ready(request: Request) -> Response:
    """Whether each dependency answers, by name."""
    checks: Mapping[str, Check] = getattr(request.state, "readiness", {})
    states = dict(zip(checks, await asyncio.gather(*map(_state_of, checks.values())), strict=True))
    ready = all(state == "ok" for state in states.values())
    body: dict[str, Any] = {"status": "ok" if ready else "unavailable", "dependencies": states}
    return JSONResponse(body, 200 if ready else 503)


async def _state_of(check: Check) -> str:
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_S):
            await check()
    except Exception as error:  # noqa: BLE001 - whatever a dependency raises, it is not ready
        return type(error).__name__
    return "ok"
