"""Wires the composer: settings and adapters in, a FastAPI app out.

Started first and ended last is the scratch folder, then S3, then the workshop that asks FFmpeg for its build. At the
end the crew goes first: it kills its children and gives its leases up while S3 can still be reached.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, TypedDict

import imageio_ffmpeg
import structlog
from fastapi import FastAPI

from omnigen_composer.domain.clips import ClipLimits
from omnigen_composer.media.credentials import Credentials
from omnigen_composer.media.ffmpeg import Ffmpeg
from omnigen_composer.media.scratch import Scratch
from omnigen_composer.media.workshop import FfmpegWorkshop, Tools
from omnigen_composer.ports import Store, Workshop
from omnigen_composer.routes import router
from omnigen_composer.service.answering import Composer, WaitLimits
from omnigen_composer.service.leases import Leases
from omnigen_composer.service.works import Crew, CrewLimits
from omnigen_composer.settings import ComposerSettings
from omnigen_composer.store import S3Store
from omnigen_shared.aws.clients import open_client
from omnigen_shared.clock import Clock, SystemClock
from omnigen_shared.http.app import create_service_app
from omnigen_shared.http.health import Check
from omnigen_shared.identity import IdentityVerifier

AUDIENCE: Final = "composer"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Adapters:
    """What a test may put in place of S3 and FFmpeg."""

    store: Store
    workshop: Workshop | None = None
    clock: Clock = field(default_factory=SystemClock)


class LifespanState(TypedDict):
    """What routes find on request.state."""

    composer: Composer
    identity_verifier: IdentityVerifier
    readiness: dict[str, Check]


def create_app(
    settings: ComposerSettings, adapters: Adapters | None = None, is_stopping: Callable[[], bool] = lambda: False
) -> FastAPI:
    """The composer's app; without adapters it uses S3 and FFmpeg."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[LifespanState]:
        async with AsyncExitStack() as stack:
            chosen = adapters or Adapters(await _open_store(stack, settings))
            workshop = chosen.workshop or await _open_workshop(stack, settings, chosen.store)
            leases = _create_leases(settings, chosen)
            crew = Crew(chosen.store, workshop, leases, _crew_limits(settings))
            stack.push_async_callback(crew.close)
            waits = WaitLimits(settings.default_wait_s, settings.max_wait_s)
            _log.info("composer_started", recipe_id=workshop.recipe_id, max_running=settings.max_running)
            yield {
                "composer": Composer(chosen.store, workshop, leases, crew, waits, is_stopping),
                "identity_verifier": IdentityVerifier(AUDIENCE, settings.identity_public_keys),
                "readiness": {"assets": chosen.store.check},
            }

    app = create_service_app("OmniGen composer", settings, lifespan)
    app.include_router(router)
    return app


async def _open_store(stack: AsyncExitStack, settings: ComposerSettings) -> Store:
    return S3Store(await stack.enter_async_context(open_client("s3", settings)), settings.assets_bucket)


async def _open_workshop(stack: AsyncExitStack, settings: ComposerSettings, store: Store) -> Workshop:
    credentials = Credentials(settings.signing_key.get_secret_value(), settings.signing_certificates)
    credentials.check()
    scratch = Scratch(settings.scratch_dir)
    stack.callback(scratch.close)
    _log.info("scratch_swept", folders=scratch.sweep())
    ffmpeg = Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe(), settings.ffmpeg_time_limit_s, settings.ffmpeg_memory_limit_bytes)
    limits = ClipLimits(settings.max_clip_bytes, settings.max_clip_duration_s, settings.max_clip_side_px)
    return await FfmpegWorkshop.open(Tools(ffmpeg, store, scratch, credentials), limits)


def _create_leases(settings: ComposerSettings, adapters: Adapters) -> Leases:
    touch_after_s = settings.abandon_after_s / 3
    return Leases(adapters.store, adapters.clock, settings.lease_duration_s, touch_after_s)


def _crew_limits(settings: ComposerSettings) -> CrewLimits:
    return CrewLimits(
        max_running=settings.max_running,
        max_queued=settings.max_queued,
        renew_after_s=settings.lease_duration_s / 3,
        abandon_after_s=settings.abandon_after_s,
    )
