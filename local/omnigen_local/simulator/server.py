"""The HTTP server: uvicorn with one addition, by which a fault can cut a connection."""

from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from omnigen_local.simulator.refusals import TRANSPORT
from omnigen_local.simulator.settings import SimulatorSettings
from omnigen_shared.http.app import end_start


class CuttableProtocol(HttpToolsProtocol):
    """Hands the transport to the app."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]  # the typed scope has no room for extensions of ours
        scope["extensions"] = {TRANSPORT: self.transport}


def serve(app: FastAPI, settings: SimulatorSettings) -> None:
    """Run until SIGTERM."""
    end_start()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="asyncio",  # it starts FFmpeg: see omnigen_shared.http.app.serve
        http=CuttableProtocol,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
