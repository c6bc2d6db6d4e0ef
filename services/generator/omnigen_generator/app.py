"""Builds what the steps need, once per cold start: clients that stay open between calls."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from omnigen_generator.clients.composer import CALL_TIMEOUT_S, HttpComposer
from omnigen_generator.clients.jobs import HttpJobRecords
from omnigen_generator.clients.provider import ReplicateProvider
from omnigen_generator.clients.quota import HttpQuota
from omnigen_generator.ports import Tools
from omnigen_generator.settings import GeneratorSecret, GeneratorSettings
from omnigen_generator.signing import Credentials
from omnigen_generator.store import AwsHttp, S3Assets, read_secret
from omnigen_shared.client import InternalClient
from omnigen_shared.clock import SystemClock
from omnigen_shared.identity import IdentitySigner


@asynccontextmanager
async def open_tools(settings: GeneratorSettings, environment: Mapping[str, str]) -> AsyncIterator[Tools]:
    """Everything outside of a step. `environment` holds the credentials that Lambda gives its function."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        aws = await stack.enter_async_context(
            AwsHttp(settings.aws_region, settings.aws_endpoint_url, _credentials(environment), clock)
        )
        secret = GeneratorSecret.model_validate(await read_secret(aws, settings.generator_secret_arn))
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
            assets=S3Assets(aws, settings.assets_bucket),
            clock=clock,
            limits=settings.limits,
        )


def _provider(settings: GeneratorSettings, secret: GeneratorSecret) -> ReplicateProvider:
    return ReplicateProvider(
        str(settings.replicate_api_base_url),
        secret.replicate_api_token.get_secret_value(),
        timeout_s=settings.provider_timeout_s,
        download_timeout_s=settings.download_timeout_s,
        max_bytes=settings.max_download_bytes,
    )


def _credentials(environment: Mapping[str, str]) -> Credentials:
    return Credentials(
        environment["AWS_ACCESS_KEY_ID"],
        environment["AWS_SECRET_ACCESS_KEY"],
        environment.get("AWS_SESSION_TOKEN"),
    )
