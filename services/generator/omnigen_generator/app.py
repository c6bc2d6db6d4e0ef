"""Builds what the steps need, once per cold start: clients that stay open between calls."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from omnigen_generator.clients.composer import CALL_TIMEOUT_S, HttpComposer
from omnigen_generator.clients.jobs import HttpJobRecords
from omnigen_generator.clients.provider import ReplicateProvider
from omnigen_generator.clients.quota import HttpQuota
from omnigen_generator.ports import Callbacks, Tools
from omnigen_generator.settings import GeneratorSecret, GeneratorSettings
from omnigen_generator.store import S3Assets, read_secret
from omnigen_shared.client import InternalClient
from omnigen_shared.clock import SystemClock
from omnigen_shared.identity import IdentitySigner


@asynccontextmanager
async def open_tools(settings: GeneratorSettings) -> AsyncIterator[Tools]:
    """Everything outside of a step. AWS's credentials come from the environment, where Lambda puts them."""
    async with AsyncExitStack() as stack:
        document = await read_secret(settings, settings.generator_secret_arn)
        secret = GeneratorSecret.model_validate(document)
        signer = IdentitySigner("generator", secret.identity_private_key.get_secret_value())
        jobs = await stack.enter_async_context(InternalClient("jobs", str(settings.jobs_url), signer))
        quota = await stack.enter_async_context(InternalClient("quota", str(settings.quota_url), signer))
        composer = await stack.enter_async_context(
            InternalClient("composer", str(settings.composer_url), signer, timeout_s=CALL_TIMEOUT_S)
        )
        provider = await stack.enter_async_context(_provider(settings, secret))
        yield Tools(
            jobs=HttpJobRecords(jobs),
            quota=HttpQuota(quota),
            composer=HttpComposer(composer),
            provider=provider,
            assets=S3Assets(settings, settings.assets_bucket, stack),
            clock=SystemClock(),
            limits=settings.limits,
            callbacks=_callbacks(settings, secret),
        )


def _callbacks(settings: GeneratorSettings, secret: GeneratorSecret) -> Callbacks | None:
    if settings.public_base_url is None or secret.replicate_webhook_secret is None:
        return None
    return Callbacks(str(settings.public_base_url), secret.replicate_webhook_secret.get_secret_value())


def _provider(settings: GeneratorSettings, secret: GeneratorSecret) -> ReplicateProvider:
    return ReplicateProvider(
        str(settings.replicate_api_base_url),
        secret.replicate_api_token.get_secret_value(),
        timeout_s=settings.provider_timeout_s,
        download_timeout_s=settings.download_timeout_s,
        max_bytes=settings.max_download_bytes,
    )
