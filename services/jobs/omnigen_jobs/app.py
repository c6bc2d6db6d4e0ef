"""Puts jobs together.

Start: the clients to AWS and quota, then the use cases over them, then reaper and courier. Stop, the other way round:
these two first, so that nothing uses a client that is closed; what they had begun, and do not finish in a few seconds,
is due again when its lease ends.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypedDict

from fastapi import FastAPI

from omnigen_jobs.clients import composer as composing
from omnigen_jobs.clients.composer import ComposerClient
from omnigen_jobs.clients.media import CloudFrontLinks, PresignedLinks
from omnigen_jobs.clients.quota import TIMEOUT_S, QuotaClient
from omnigen_jobs.clients.receivers import SignedReceivers
from omnigen_jobs.clients.sealing import ReceiptSealer
from omnigen_jobs.clients.stills import StillClient
from omnigen_jobs.clients.uploads import S3Box
from omnigen_jobs.clients.workflow import StepFunctionsWorkflow
from omnigen_jobs.domain.cursors import Cursors
from omnigen_jobs.domain.retaining import Retention
from omnigen_jobs.ports import (
    CensusStore,
    Exporter,
    JobStore,
    KeyStore,
    MediaLinks,
    PostStore,
    Quota,
    Receivers,
    Workflow,
)
from omnigen_jobs.ports.assets import ChoreStore, ErasureStore, ShareStore, StillStudio, UploadBox, UploadStore
from omnigen_jobs.ports.batches import BatchStore
from omnigen_jobs.routes import ROUTERS
from omnigen_jobs.routes.needs import UseCases
from omnigen_jobs.schemas.views import render_job
from omnigen_jobs.service.attempts import Attempts
from omnigen_jobs.service.batching import Batching
from omnigen_jobs.service.bell import Bell
from omnigen_jobs.service.census import Census
from omnigen_jobs.service.courier import Courier
from omnigen_jobs.service.creation import Creation
from omnigen_jobs.service.deleting import Deleting
from omnigen_jobs.service.delivering import Delivering
from omnigen_jobs.service.ending import Ending
from omnigen_jobs.service.erasing import Erasing
from omnigen_jobs.service.exporting import Exporting
from omnigen_jobs.service.following import Following
from omnigen_jobs.service.hinting import Hinting
from omnigen_jobs.service.hooking import Hooking
from omnigen_jobs.service.launching import Launcher
from omnigen_jobs.service.reading import Reading
from omnigen_jobs.service.reaping import Reaper
from omnigen_jobs.service.resuming import Resuming
from omnigen_jobs.service.retaining import Retaining
from omnigen_jobs.service.sharing import Sharing
from omnigen_jobs.service.spending import Spending
from omnigen_jobs.service.storyboards import Storyboards
from omnigen_jobs.service.tails import Tails
from omnigen_jobs.service.telling import Telling
from omnigen_jobs.service.tidying import Tidier
from omnigen_jobs.service.uploading import Uploading
from omnigen_jobs.settings import JobsSettings
from omnigen_jobs.store.access import TableAccess
from omnigen_jobs.store.assets import AssetTable
from omnigen_jobs.store.batches import BatchTable
from omnigen_jobs.store.census import CensusTable
from omnigen_jobs.store.erasures import ErasureTable
from omnigen_jobs.store.idempotency import KeyTable
from omnigen_jobs.store.post import PostTable
from omnigen_jobs.store.records import RecordTable
from omnigen_jobs.store.shares import ShareTable
from omnigen_shared.aws.clients import open_client
from omnigen_shared.client import InternalClient
from omnigen_shared.clock import Clock, SystemClock
from omnigen_shared.http.app import create_service_app
from omnigen_shared.http.health import Check
from omnigen_shared.identity import IdentitySigner, IdentityVerifier
from omnigen_shared.outbound.addresses import AddressRule
from omnigen_shared.outbound.client import OutboundClient
from omnigen_shared.outbound.urls import UrlRule
from omnigen_shared.repeating import repeating

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

ACCOUNTING: Final = timedelta(seconds=15)
"""What is left of a message's lease, when its receiver takes all its time, to write down what came of it."""


@dataclass(frozen=True, slots=True)
class Adapters:
    """The outside."""

    store: JobStore
    keys: KeyStore
    census: CensusStore
    quota: Quota
    workflow: Workflow
    media: MediaLinks
    exporter: Exporter
    post: PostStore
    receivers: Receivers
    uploads: UploadStore
    shares: ShareStore
    erasures: ErasureStore
    batches: BatchStore
    chores: ChoreStore
    box: UploadBox
    studio: StillStudio
    clock: Clock
    readiness: Mapping[str, Check]
    bell: Bell = field(default_factory=Bell)
    """Rung by the store."""


class JobsState(TypedDict):
    """What the lifespan hands to every request."""

    identity_verifier: IdentityVerifier
    use_cases: UseCases
    readiness: Mapping[str, Check]


def create_app(
    settings: JobsSettings, adapters: Adapters | None = None, is_stopping: Callable[[], bool] = lambda: False
) -> FastAPI:
    """The service; adapters are opened from the settings unless they are given.

    Event streams end once `is_stopping` says so; their watchers go on with another process.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[JobsState]:
        async with AsyncExitStack() as stack:
            provided = adapters or await open_adapters(settings, stack)
            use_cases, reaper = assemble(settings, provided, is_stopping)
            await stack.enter_async_context(repeating(reaper.sweep, settings.reaper_interval_s))
            tidier = hire_tidier(provided, use_cases)
            await stack.enter_async_context(repeating(tidier.sweep, settings.tidy_interval_s))
            courier = hire_courier(settings, provided)
            stack.push_async_callback(courier.close)
            await stack.enter_async_context(repeating(courier.sweep, settings.webhook_interval_s))
            yield {
                "identity_verifier": IdentityVerifier("jobs", settings.identity_public_keys),
                "use_cases": use_cases,
                "readiness": provided.readiness,
            }

    app = create_service_app("OmniGen jobs", settings, lifespan)
    for router in ROUTERS:
        app.include_router(router)
    return app


async def open_adapters(settings: JobsSettings, stack: AsyncExitStack) -> Adapters:
    """Clients that close with the stack."""
    dynamodb = await stack.enter_async_context(open_client("dynamodb", settings))
    workflow = await stack.enter_async_context(open_client("stepfunctions", settings))
    signer = IdentitySigner("jobs", settings.identity_private_key.get_secret_value())
    quota = await stack.enter_async_context(InternalClient("quota", settings.quota_url, signer, TIMEOUT_S))
    composer = await stack.enter_async_context(
        InternalClient("composer", settings.composer_url, signer, composing.TIMEOUT_S)
    )
    rule = UrlRule(AddressRule(settings.outbound_allow_cidrs), settings.outbound_allow_http)
    outbound = await stack.enter_async_context(OutboundClient(rule, settings.webhook_timeout_s))
    access, bell = TableAccess(dynamodb, settings.jobs_table), Bell()
    s3 = await stack.enter_async_context(open_client("s3", settings))
    public = await _open_public(settings, stack, s3)
    return Adapters(
        store=RecordTable(access, bell.ring),
        keys=KeyTable(access),
        census=CensusTable(access),
        quota=QuotaClient(quota),
        workflow=StepFunctionsWorkflow(workflow, settings.state_machine_arn),
        media=_link_with(settings, public),
        exporter=ComposerClient(composer),
        post=PostTable(access),
        receivers=SignedReceivers(outbound, rule),
        uploads=AssetTable(access),
        shares=ShareTable(access),
        erasures=ErasureTable(access),
        batches=BatchTable(access),
        chores=AssetTable(access),
        box=S3Box(s3, public, settings.assets_bucket),
        studio=StillClient(composer),
        clock=SystemClock(),
        readiness={"table": access.check},
        bell=bell,
    )


async def _open_public(settings: JobsSettings, stack: AsyncExitStack, s3: "S3Client") -> "S3Client":
    """What signs for users; the same client where they reach S3 as we do."""
    if settings.s3_public_url is None:
        return s3
    public = settings.model_copy(update={"aws_endpoint_url": settings.s3_public_url})
    return await stack.enter_async_context(open_client("s3", public))


def _link_with(settings: JobsSettings, public: "S3Client") -> MediaLinks:
    if key := settings.media_key:
        lifetime = timedelta(seconds=settings.media_link_ttl_s)
        pem = key.private_key.get_secret_value()
        return CloudFrontLinks.with_key(key.base_url, key.key_id, pem, lifetime, SystemClock())
    return PresignedLinks(public, settings.assets_bucket, settings.media_link_ttl_s)


def assemble(
    settings: JobsSettings, adapters: Adapters, is_stopping: Callable[[], bool] = lambda: False
) -> tuple[UseCases, Reaper]:
    """The use cases over these adapters, and who looks after what is due."""
    store, clock = adapters.store, adapters.clock
    lease = timedelta(seconds=settings.lease_s)
    launcher = Launcher(store, adapters.quota, adapters.workflow, clock, lease)
    ending = Ending(store, adapters.quota, clock, lease, Retention(settings.media_kept_days))
    margin = timedelta(seconds=settings.deadline_margin_s)
    secret = settings.replicate_webhook_secret
    reading = Reading(store, adapters.media, Cursors.of_secret(settings.identity_private_key.get_secret_value()))
    tails = Tails(store, Census(adapters.census, clock), settings.watch_poll_s, is_stopping)
    adapters.bell.listen(tails.hear)
    creation = Creation(store, adapters.keys, launcher, clock, margin, render_job)
    use_cases = UseCases(
        clock=clock,
        creation=creation,
        batching=Batching(adapters.batches, adapters.keys, store, creation, ending, clock),
        storyboards=Storyboards(
            store, launcher, clock, margin, settings.plan_poll_s, settings.storyboard_hold_s, is_stopping
        ),
        reading=reading,
        exporting=Exporting(reading, adapters.exporter, adapters.media),
        following=Following(tails, settings.heartbeat_s),
        attempts=Attempts(store, launcher, ending, clock, lease),
        spending=Spending(store, clock),
        ending=ending,
        resuming=Resuming(store, launcher, ending, clock, margin),
        hinting=Hinting(store, adapters.workflow, clock, None if secret is None else secret.get_secret_value()),
        hooking=Hooking(adapters.post, adapters.receivers, _delivering(settings, adapters), clock),
        uploading=Uploading(adapters.uploads, adapters.box, adapters.studio, clock),
        erasing=Erasing(adapters.erasures, store, adapters.post, adapters.box, ending, clock),
        sharing=Sharing(adapters.shares, reading, adapters.media, clock),
        deleting=Deleting(store, reading, ending, clock),
        sealer=ReceiptSealer([key.get_secret_value() for key in settings.receipt_keys]),
    )
    return use_cases, Reaper(store, launcher, ending, clock, lease)


def hire_tidier(adapters: Adapters, use_cases: UseCases) -> Tidier:
    """Who removes what is not to be kept any more."""
    retaining = Retaining(adapters.store, adapters.box, adapters.clock)
    uses = use_cases
    return Tidier(adapters.chores, uses.uploading, retaining, uses.erasing, uses.batching, adapters.clock)


def hire_courier(settings: JobsSettings, adapters: Adapters) -> Courier:
    """Who brings events to webhooks."""
    telling = Telling(adapters.post, adapters.store)
    return Courier(adapters.post, telling, _delivering(settings, adapters), adapters.clock)


def _delivering(settings: JobsSettings, adapters: Adapters) -> Delivering:
    lease = timedelta(seconds=settings.webhook_timeout_s) + ACCOUNTING
    return Delivering(adapters.post, adapters.receivers, adapters.clock, lease, settings.webhook_retries_s)
