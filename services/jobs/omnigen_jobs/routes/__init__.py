"""HTTP in and out: the user's routes behind the gateway, and the generator's."""

from fastapi import APIRouter

from omnigen_jobs.routes import (
    attempts,
    batches,
    erasures,
    estimates,
    exports,
    hooks,
    intents,
    jobs,
    media,
    models,
    receipts,
    rounds,
    shares,
    storyboards,
    stream,
    uploads,
    webhooks,
)

ROUTERS: tuple[APIRouter, ...] = (
    models.router,
    storyboards.router,
    estimates.router,
    jobs.router,
    receipts.router,
    rounds.router,
    stream.router,
    media.router,
    exports.router,
    uploads.router,
    batches.router,
    erasures.router,
    shares.router,
    attempts.router,
    intents.router,
    webhooks.router,
    hooks.router,
)
