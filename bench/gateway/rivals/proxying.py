"""A proxy in FastAPI, whatever it asks the service with. The body is handed on as it is, which not everybody does."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response

from bench.gateway.rivals.verifying import User

C = TypeVar("C")


def create_app(
    open_client: Callable[[], AbstractAsyncContextManager[C]],
    ask: Callable[[C, str, dict[str, str], dict[str, str]], Coroutine[None, None, Response]],
) -> FastAPI:
    """`ask` takes the client, a path, the query and the headers."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with open_client() as client:
            yield {"client": client}

    app = FastAPI(lifespan=lifespan)

    @app.get("/health")
    async def get_health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/api/{path:path}")
    async def forward(request: Request, path: str, user: User) -> Response:
        return await ask(request.state.client, f"/api/{path}", dict(request.query_params), {"X-User": user})

    return app
