"""Builds the simulator. Start: open the database, resume what is unfinished; stop: leave it all for the next start."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from omnigen_local.simulator import admin, routes
from omnigen_local.simulator.database import Database
from omnigen_local.simulator.delivery import LinkSigner, derive_key
from omnigen_local.simulator.engine import Engine, Pace
from omnigen_local.simulator.gallery import Gallery
from omnigen_local.simulator.limits import MinuteLimiter
from omnigen_local.simulator.models import Kind
from omnigen_local.simulator.pictures import PictureLoader
from omnigen_local.simulator.presentation import Presenter
from omnigen_local.simulator.refusals import ConnectionDropper, install_handlers
from omnigen_local.simulator.rendering.ffmpeg import Ffmpeg
from omnigen_local.simulator.rulebook import ENVIRONMENT, Rulebook
from omnigen_local.simulator.settings import SimulatorSettings
from omnigen_local.simulator.state import Simulator
from omnigen_local.simulator.store import MessageStore, PredictionStore
from omnigen_local.simulator.studio import Studio
from omnigen_local.simulator.table import MODELS, TINY
from omnigen_local.simulator.webhooks import WebhookSender


def create_app(settings: SimulatorSettings) -> FastAPI:
    """The simulator as an ASGI app; its lifespan holds database and tasks."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        database = Database(settings.state_dir / "simulator.sqlite3")
        simulator = build_simulator(settings, database)
        simulator.webhooks.start()
        simulator.engine.resume()
        try:
            yield {"simulator": simulator}
        finally:
            await simulator.engine.close()
            await simulator.webhooks.close()
            database.close()

    app = FastAPI(title="provider simulator", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    install_handlers(app)
    for router in (routes.creates, routes.others, routes.files, admin.router):
        app.include_router(router)
    app.add_middleware(ConnectionDropper)
    return app


def build_simulator(settings: SimulatorSettings, database: Database) -> Simulator:
    """Wire the parts together on the running loop."""
    secret = settings.webhook_secret.get_secret_value()
    models = {**MODELS, TINY.name: TINY} if settings.has_tiny_model else MODELS
    presenter = Presenter(LinkSigner(settings.public_url.rstrip("/"), derive_key(secret)), settings.output_lifetime_s)
    gallery, store = Gallery(settings.state_dir), PredictionStore(database)
    studio = Studio(Ffmpeg(settings.render_processes), gallery, PictureLoader(settings.state_dir / "pictures"))
    webhooks = WebhookSender(MessageStore(database), secret, settings.webhook_retry_delays_s)
    rulebook = Rulebook(database)
    rulebook.replace(ENVIRONMENT, admin.read_rules(settings.faults))
    return Simulator(
        settings=settings,
        models=models,
        store=store,
        rulebook=rulebook,
        engine=Engine(models, store, studio, webhooks, presenter, _pace(settings)),
        webhooks=webhooks,
        presenter=presenter,
        gallery=gallery,
        create_limiter=MinuteLimiter(settings.creates_per_minute),
        request_limiter=MinuteLimiter(settings.requests_per_minute),
    )


def _pace(settings: SimulatorSettings) -> Pace:
    latency_s = {
        Kind.VIDEO: settings.video_latency_s,
        Kind.MUSIC: settings.music_latency_s,
        Kind.SPEECH: settings.speech_latency_s,
        Kind.LANGUAGE: settings.language_latency_s,
    }
    return Pace(latency_s, settings.longest_run_s)
