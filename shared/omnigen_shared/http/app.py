"""Builds and runs a service's FastAPI app, the same way for each."""

import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from omnigen_shared.http.health import router as health_router
from omnigen_shared.http.middleware import JsonBodies, RequestContext
from omnigen_shared.http.problems import install_problem_handlers
from omnigen_shared.logging import configure_logging
from omnigen_shared.settings import ServiceSettings
from omnigen_shared.telemetry import configure_telemetry

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Mapping[str, Any]]]
State = AsyncIterator[Mapping[str, Any]]


def create_service_app(title: str, settings: ServiceSettings, lifespan: Lifespan) -> FastAPI:
    """An app with problems, request context, body limits, /health and /ready.

    The lifespan yields the state that routes find on `request.state`: at least `identity_verifier`, and `readiness`,
    a mapping from a dependency's name to an async check.
    """
    app = FastAPI(title=title, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    install_problem_handlers(app)
    app.include_router(health_router)
    app.add_middleware(JsonBodies, max_bytes=settings.max_body_bytes)
    app.add_middleware(RequestContext)
    return app


def serve(
    unit: str,
    app_factory: Callable[[], Any],
    settings: ServiceSettings,
    http_protocol: type[HttpToolsProtocol] = HttpToolsProtocol,
) -> None:
    """Run until SIGTERM; open requests are given ten seconds to end."""
    configure_logging(unit, settings.log_level)
    configure_telemetry(unit, settings.otlp_endpoint)
    app = app_factory()
    # What start-up has made stays for good: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=http_protocol,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )
