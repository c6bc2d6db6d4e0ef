"""HTTP in and out: the user's routes behind the gateway, and the generator's."""

from fastapi import APIRouter

from omnigen_jobs.routes import attempts, intents, jobs, media, stream

ROUTERS: tuple[APIRouter, ...] = (jobs.router, stream.router, media.router, attempts.router, intents.router)
