"""Builds and runs a service's FastAPI app, the same way for each."""

import contextlib
import gc
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from types import FrameType
from typing import Any, Final, Literal

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from omnigen_shared.http.health import health_router
from omnigen_shared.http.middleware import HeadAsGet, JsonBodies, RequestContext
from omnigen_shared.http.problems import install_problem_handlers
from omnigen_shared.logging import configure_logging
from omnigen_shared.settings import ServiceSettings
from omnigen_shared.telemetry import configure_telemetry

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Mapping[str, Any]]]
State = AsyncIterator[Mapping[str, Any]]
ENDS_WITHIN_S: Final = 10
"""What is cut off after that was asked by another unit, which asks again or tells its caller to."""
STARTUP_FAILED: Final = 3
"""The exit code of a service that never came up, as uvicorn's own."""


def create_service_app(title: str, settings: ServiceSettings, lifespan: Lifespan) -> FastAPI:
    """An app with problems, request context, body limits, /health and /ready.

    The lifespan yields the state that routes find on `request.state`: at least `identity_verifier`, and `readiness`,
    a mapping from a dependency's name to an async check.
    """
    app = FastAPI(
        title=title,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # its redirect would show an internal host name
        telemetry={"tracing": False, "metrics": False, "logs": False},  # RequestContext opens the one span
    )
    install_problem_handlers(app)
    app.include_router(health_router, include_in_schema=False)
    app.add_middleware(HeadAsGet)
    app.add_middleware(JsonBodies, max_bytes=settings.max_body_bytes)
    app.add_middleware(RequestContext)
    return app


def serve(
    unit: str,
    app_factory: Callable[[], Any],
    settings: ServiceSettings,
    http_protocol: type[HttpToolsProtocol] = HttpToolsProtocol,
    on_stop: Callable[[], None] | None = None,
    loop: Literal["uvloop", "asyncio"] = "uvloop",
    ends_within_s: int = ENDS_WITHIN_S,
) -> None:
    """Run until SIGTERM; open requests are given `ends_within_s` to end.

    `on_stop` is called within the signal's handler: whoever sends streams that never end learns that it is time to.
    Whoever starts child processes takes the `asyncio` loop: uvloop runs Python's clean-up in the child between fork
    and exec, where it waits for ever for threads that are not there (uvloop issue 749).
    """
    configure_logging(unit, settings.log_level, holds_lines=True)
    configure_telemetry(unit, settings)
    app = app_factory()
    end_start()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop=loop,
        http=http_protocol,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=ends_within_s,
    )
    server = _Server(config, on_stop or _do_nothing)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILED)


COLLECT_AFTER: Final = 10_000
"""Objects made and not let go, where Python's own 700 are a few requests': their cycles are few, and looking costs."""


def end_start() -> None:
    """What start-up has made stays for good: the collector leaves it alone, and begins to work (see quick_start).

    It is not collected first: that costs more than the garbage among it, some two thousand objects, is worth.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()


class _Server(uvicorn.Server):
    """Uvicorn's, which tells once when it was told to stop."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._on_stop()
        super().handle_exit(sig, frame)


def _do_nothing() -> None:
    """Nobody wants to know."""
