"""What the simulated provider of a running stack says about itself: its calls and its bill."""

from typing import Any

import aiohttp

from omnigen_local.identities import Identities
from omnigen_local.stack import LocalStack


async def list_calls(stack: LocalStack) -> list[dict[str, Any]]:
    """The latest hundred predictions as its API shows them, the newest first."""
    token = Identities.load_or_create(stack.plan.state_dir / "identities.json").provider_token
    found: list[dict[str, Any]] = (await _get(stack, "/v1/predictions", token))["results"]
    return found


async def read_bill(stack: LocalStack) -> dict[str, Any]:
    """total_microusd and rows, a row for each call that is charged."""
    return await _get(stack, "/_simulator/bill")


async def _get(stack: LocalStack, path: str, token: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession(stack.record().simulator_url, headers=headers) as session,
        session.get(path) as answer,
    ):
        answer.raise_for_status()
        told: dict[str, Any] = await answer.json()
        return told
