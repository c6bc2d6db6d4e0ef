"""What the proof stands on: emulator, simulator, composer and quota as processes; jobs and the generator's steps here.

The state machine is our definition, run by an interpreter, so that its Lambda can be killed at any call and its
executions can be doubled and cut off. Everything between units goes over HTTP, and the provider is the simulator.
"""

import random
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import orjson
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.fakes.assets import FakeAssetStore, FakeBox, FakeStudio
from tests.fakes.emulated_jobs import TableStore, open_jobs_table
from tests.fakes.emulated_usage import open_usage_table
from tests.fakes.erasures import FakeErasureStore
from tests.fakes.job_outside import FakeExporter, FakeMediaLinks, FakeReceivers
from tests.fakes.job_store import FakeJobStore
from tests.fakes.loopback import serve_app
from tests.fakes.post_store import FakePostStore
from tests.proofs.spend.chaos import Chaos, Odds
from tests.proofs.spend.pace import Pace

from omnigen_generator.app import open_tools
from omnigen_generator.settings import GeneratorSettings
from omnigen_jobs.app import Adapters, create_app
from omnigen_jobs.clients.quota import QuotaClient
from omnigen_jobs.ports import JobStore
from omnigen_jobs.settings import JobsSettings
from omnigen_local.addresses import CREDENTIALS, NO_ACCOUNTS, REGION, Ports
from omnigen_local.credentials import SigningCredentials
from omnigen_local.environments import Environment, process_environment
from omnigen_local.identities import Identities
from omnigen_local.processes import Processes, Program, wait_all_ready
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.aws.clients import open_client
from omnigen_shared.client import InternalClient
from omnigen_shared.clock import SystemClock
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner
from omnigen_shared.settings import BaseUnitSettings

BUCKET: Final = "assets"
WEBHOOKS: Final = "/api/v1/webhooks/"


@dataclass(frozen=True)
class Ground:
    """Where to order, and where to look afterwards."""

    orders: InternalClient
    store: JobStore
    quota: QuotaClient
    usage: DynamoUsageTable
    s3: Any
    simulator: aiohttp.ClientSession
    chaos: Chaos
    pace: Pace
    processes: Processes
    bucket: str = BUCKET


@asynccontextmanager
async def open_ground(
    folder: Path, emulator_url: str, rules: Sequence[Mapping[str, Any]], pace: Pace, seed: int, *, has_table: bool
) -> AsyncIterator[Ground]:
    """Everything ready. `rules` are the simulator's.

    With `has_table` jobs keeps its records in the emulator, else in memory: most of the work is the table's.
    """
    identities, ports = Identities.create(), Ports.choose()
    base = {**CREDENTIALS, **NO_ACCOUNTS, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": emulator_url}
    settings = BaseUnitSettings(aws_endpoint_url=emulator_url)
    async with AsyncExitStack() as stack:
        _, usage_table = await stack.enter_async_context(open_usage_table(emulator_url))
        access = await stack.enter_async_context(open_jobs_table(emulator_url))
        records: Any = TableStore(access) if has_table else FakeJobStore()
        s3 = await stack.enter_async_context(open_client("s3", settings))
        await s3.create_bucket(Bucket=BUCKET)
        processes = await stack.enter_async_context(Processes(folder / "logs"))
        programs = _programs(folder, base, identities, ports, usage_table, rules)
        await wait_all_ready([await processes.start(program) for program in programs])

        def client(audience: str, issuer: str, url: str) -> InternalClient:
            return InternalClient(audience, url, IdentitySigner(issuer, identities.private_key(issuer)), 30)

        usage_client = await stack.enter_async_context(open_client("dynamodb", settings))
        quota = QuotaClient(await stack.enter_async_context(client("quota", "jobs", ports.url("quota"))))
        chaos = Chaos(Odds(), pace.resting_s, random.Random(seed))  # noqa: S311 - drawn the same again
        jobs = _jobs_settings(emulator_url, access.table, identities, ports.url("quota"), pace)
        app = create_app(jobs, _adapters(records, quota, chaos))
        door = _Door(app, IdentitySigner("gateway", identities.private_key("gateway")))
        jobs_url = await stack.enter_async_context(serve_app(door))
        generator = await _generator_settings(settings, identities, ports, jobs_url, pace)
        chaos.tools = await stack.enter_async_context(open_tools(generator))
        await stack.enter_async_context(chaos)
        yield Ground(
            orders=await stack.enter_async_context(client("jobs", "gateway", jobs_url)),
            store=records,
            quota=quota,
            usage=DynamoUsageTable(usage_client, usage_table, SystemClock()),
            s3=s3,
            simulator=await stack.enter_async_context(
                aiohttp.ClientSession(
                    ports.url("simulator"), headers={"Authorization": f"Bearer {identities.provider_token}"}
                )
            ),
            chaos=chaos,
            pace=pace,
            processes=processes,
        )


def _adapters(records: Any, quota: QuotaClient, chaos: Chaos) -> Adapters:
    """Of jobs: its records, quota and the state machine; nobody exports, uploads, shares or listens."""
    assets, box = FakeAssetStore(), FakeBox()
    post = FakePostStore(FakeJobStore())
    return Adapters(
        store=records,
        keys=records,
        census=records,
        quota=quota,
        workflow=chaos,
        media=FakeMediaLinks(),
        exporter=FakeExporter(),
        post=post,
        receivers=FakeReceivers(),
        uploads=assets,
        shares=assets,
        erasures=FakeErasureStore(FakeJobStore(), post, assets),
        batches=assets,
        chores=assets,
        box=box,
        studio=FakeStudio(box),
        clock=SystemClock(),
        readiness={},
    )


class _Door:
    """The gateway's part in the provider's webhooks: it says that they come through it."""

    def __init__(self, app: ASGIApp, signer: IdentitySigner) -> None:
        self._app = app
        self._signer = signer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(WEBHOOKS):
            identity = self._signer.sign("jobs", "nobody", "free")
            scope["headers"] = [*scope["headers"], (IDENTITY_HEADER.lower().encode(), identity.encode())]
        await self._app(scope, receive, send)


def _jobs_settings(emulator_url: str, table: str, identities: Identities, quota_url: str, pace: Pace) -> JobsSettings:
    return JobsSettings(
        aws_endpoint_url=emulator_url,
        identity_public_keys=identities.public_keys(),
        identity_private_key=SecretStr(identities.private_key("jobs")),
        receipt_keys=(SecretStr(identities.receipt_key),),
        jobs_table=table,
        assets_bucket=BUCKET,
        state_machine_arn="none: chaos starts the executions",
        quota_url=quota_url,
        composer_url="none: nobody exports",
        replicate_webhook_secret=SecretStr(identities.provider_webhook_secret),
        deadline_margin_s=pace.deadline_margin_s,
        lease_s=pace.lease_s,
        reaper_interval_s=2,
        log_level="ERROR",
    )


async def _generator_settings(
    settings: BaseUnitSettings, identities: Identities, ports: Ports, jobs_url: str, pace: Pace
) -> GeneratorSettings:
    document = {
        "identity_private_key": identities.private_key("generator"),
        "replicate_api_token": identities.provider_token,
        "replicate_webhook_secret": identities.provider_webhook_secret,
    }
    async with open_client("secretsmanager", settings) as secrets:
        made = await secrets.create_secret(Name="generator", SecretString=orjson.dumps(document).decode())
    return GeneratorSettings(
        aws_endpoint_url=settings.aws_endpoint_url,
        jobs_url=jobs_url,
        quota_url=ports.url("quota"),
        composer_url=ports.url("composer"),
        public_base_url=jobs_url,
        assets_bucket=BUCKET,
        generator_secret_arn=made["ARN"],
        replicate_api_base_url=ports.url("simulator"),
        execution_budget_s=pace.execution_budget_s,
        deadline_reserve_s=pace.deadline_reserve_s,
        provider_timeout_s=pace.provider_timeout_s,
        planner_patience_s=pace.provider_timeout_s,
        reconcile_for_s=pace.reconcile_for_s,
        kept_after_deadline_s=pace.kept_after_deadline_s,
    )


def _programs(
    folder: Path,
    base: Environment,
    identities: Identities,
    ports: Ports,
    usage_table: str,
    rules: Sequence[Mapping[str, Any]],
) -> list[Program]:
    plain = process_environment(folder)
    callee = {**plain, **base, "IDENTITY_PUBLIC_KEYS": orjson.dumps(identities.public_keys()).decode()}
    simulator = {
        **plain,
        "SIMULATOR_PORT": str(ports.simulator),
        "SIMULATOR_PUBLIC_URL": ports.url("simulator"),
        "SIMULATOR_STATE_DIR": str(folder / "simulator"),
        "SIMULATOR_API_TOKEN": identities.provider_token,
        "SIMULATOR_WEBHOOK_SECRET": identities.provider_webhook_secret,
        "SIMULATOR_CREATES_PER_MINUTE": "100000",
        "SIMULATOR_REQUESTS_PER_MINUTE": "1000000",
        "SIMULATOR_HAS_TINY_MODEL": "1",
        "SIMULATOR_FAULTS": orjson.dumps(rules).decode(),
        "SIMULATOR_LOG_LEVEL": "WARNING",
    }
    composer = {**callee, **SigningCredentials.create().to_environment()}
    environments = {
        "omnigen_local.simulator": ("simulator", simulator),
        "omnigen_quota": ("quota", {**callee, "USAGE_TABLE": usage_table, "PORT": str(ports.of("quota"))}),
        "omnigen_composer": ("composer", {**composer, "ASSETS_BUCKET": BUCKET, "PORT": str(ports.of("composer"))}),
    }
    return [
        Program(name, (sys.executable, "-P", "-m", module), environment, f"{ports.url(name)}/ready")
        for module, (name, environment) in environments.items()
    ]
