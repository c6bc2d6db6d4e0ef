"""What the proof stands on: the whole local stack, the proxy between it and AWS, a small disk, and the books."""

import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import orjson
from tests.fakes.cloud_proxy import CloudProxy
from tests.proofs.chaos.offering import make_artefacts, make_site
from tests.proofs.spend.faults import draw_rules
from tests.proofs.spend.pace import REAL

from omnigen_jobs.clients.quota import QuotaClient
from omnigen_jobs.store.access import TableAccess
from omnigen_jobs.store.records import RecordTable
from omnigen_local.demo.accounts import UserPool
from omnigen_local.provisioning import client_options
from omnigen_local.stack import LocalStack, StackPlan
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.aws.clients import open_client, open_session
from omnigen_shared.client import InternalClient
from omnigen_shared.clock import SystemClock
from omnigen_shared.identity import IdentitySigner
from omnigen_shared.settings import BaseUnitSettings

SERVICES: Final = ("gateway", "jobs", "quota", "composer")
TOKEN_MINUTES: Final = 5
"""The least that Cognito allows."""
DISK_BYTES: Final = 96 << 20
OUTAGES_S: Final = 40
"""What a job may lose of its time to all that happens."""
QUOTA_TIMEOUT_S: Final = 30


@dataclass(frozen=True)
class Ground:
    """Where to order and do harm, and where to look afterwards. `disk` is None where none could be mounted."""

    folder: Path
    stack: LocalStack
    proxy: CloudProxy
    pool: UserPool
    disk: Path | None
    store: RecordTable
    quota: QuotaClient
    usage: DynamoUsageTable
    s3: Any
    simulator: aiohttp.ClientSession

    @property
    def bucket(self) -> str:
        return self.stack.outputs.assets_bucket_name

    @property
    def gateway_url(self) -> str:
        return self.stack.record().gateway_url


@asynccontextmanager
async def open_ground(folder: Path, seed: int, tell: Callable[[str], object]) -> AsyncIterator[Ground]:
    """Everything ready, and still in peace."""
    async with AsyncExitStack() as cleanup:
        disk = cleanup.enter_context(_small_disk(folder / "disk"))
        proxy = await cleanup.enter_async_context(CloudProxy(seed))
        plan = StackPlan(
            folder / "state",
            folder / "logs",
            overrides=_overrides(folder, proxy.url, disk, seed),
            artefacts_root=make_artefacts(folder / "artefacts"),
        )
        stack = LocalStack(plan, tell)
        proxy.target_url = stack.emulator_url
        await cleanup.enter_async_context(stack)
        yield await _open_books(cleanup, folder, stack, proxy, disk)


async def _open_books(
    cleanup: AsyncExitStack, folder: Path, stack: LocalStack, proxy: CloudProxy, disk: Path | None
) -> Ground:
    record = stack.record()
    settings = BaseUnitSettings(aws_endpoint_url=stack.emulator_url)
    table = await cleanup.enter_async_context(open_client("dynamodb", settings))
    signer = IdentitySigner("jobs", stack.identities.private_key("jobs"))
    caller = InternalClient("quota", stack.plan.ports.url("quota"), signer, QUOTA_TIMEOUT_S)
    provider = aiohttp.ClientSession(
        record.simulator_url, headers={"Authorization": f"Bearer {stack.identities.provider_token}"}
    )
    pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
    await _shorten_tokens(pool)
    return Ground(
        folder=folder,
        stack=stack,
        proxy=proxy,
        pool=pool,
        disk=disk,
        store=RecordTable(TableAccess(table, stack.outputs.jobs_table_name)),
        quota=QuotaClient(await cleanup.enter_async_context(caller)),
        usage=DynamoUsageTable(table, stack.outputs.usage_table_name, SystemClock()),
        s3=await cleanup.enter_async_context(open_client("s3", settings)),
        simulator=await cleanup.enter_async_context(provider),
    )


def _overrides(folder: Path, aws_url: str, disk: Path | None, seed: int) -> dict[str, dict[str, str]]:
    aws = {"AWS_ENDPOINT_URL": aws_url}
    calm = {"LOG_LEVEL": "WARNING"}
    scratch = {} if disk is None else {"SCRATCH_DIR": str(disk)}
    return {
        "gateway": aws | calm,
        "quota": aws | calm | {"SWEEP_INTERVAL_S": "20"},
        "composer": aws | calm | scratch,
        "jobs": aws
        | calm
        | {
            "PYTHONPATH": str(make_site(folder / "site")),
            "DEADLINE_MARGIN_S": str(REAL.deadline_margin_s + OUTAGES_S),
            "LEASE_S": "15",
            "REAPER_INTERVAL_S": "2",
            "TIDY_INTERVAL_S": "2",
        },
        "generator": aws
        | {
            "EXECUTION_BUDGET_S": str(REAL.execution_budget_s),
            "DEADLINE_RESERVE_S": str(REAL.deadline_reserve_s),
            "PROVIDER_TIMEOUT_S": str(REAL.provider_timeout_s),
            "PLANNER_PATIENCE_S": str(REAL.provider_timeout_s),
            "RECONCILE_FOR_S": str(REAL.reconcile_for_s),
            "KEPT_AFTER_DEADLINE_S": str(REAL.kept_after_deadline_s),
        },
        "simulator": {
            "SIMULATOR_CREATES_PER_MINUTE": "100000",
            "SIMULATOR_REQUESTS_PER_MINUTE": "1000000",
            "SIMULATOR_HAS_TINY_MODEL": "1",
            "SIMULATOR_FAULTS": orjson.dumps(draw_rules(seed, REAL)).decode(),
            "SIMULATOR_LOG_LEVEL": "WARNING",
        },
    }


async def _shorten_tokens(pool: UserPool) -> None:
    """So that everybody's run out while they are at it."""
    async with open_session().create_client("cognito-idp", **client_options(pool.endpoint_url)) as cognito:
        await cognito.update_user_pool_client(
            UserPoolId=pool.pool_id,
            ClientId=pool.client_id,
            AccessTokenValidity=TOKEN_MINUTES,
            TokenValidityUnits={"AccessToken": "minutes"},
        )


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path | None]:
    """A file system of its own for the composer, or nothing where we may not mount one."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "chaos", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:  # noqa: S603
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)  # noqa: S603, S607
