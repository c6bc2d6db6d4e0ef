"""Orders by the API, for cases that begin with a video."""

from typing import Any

from tests.e2e.world import World
from tests.integration.visitors import Visitor

from omnigen_local.demo.accounts import Account, UserPool
from omnigen_local.demo.accounts import sign_in as sign_in_by_api

ORDER = {
    "prompt": "a lighthouse keeper paints the tower white",
    "duration_s": 9,
    "resolution": "480p",
    "aspect_ratio": "16:9",
}


async def order(world: World, account: Account, wish: dict[str, Any]) -> str:
    """By the API, as a program does."""
    record = world.stack.record()
    pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
    visitor = Visitor(record.gateway_url, await sign_in_by_api(pool, account), account.email)
    answer = await visitor.order(**wish)
    assert answer.status == 202, answer.raw
    return str(answer.body["job_id"])
