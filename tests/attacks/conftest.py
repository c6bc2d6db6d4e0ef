"""What attacks without a socket are made on."""

from collections.abc import AsyncIterator

import pytest_asyncio
from tests.fakes.gateway import GatewayBench, open_gateway


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bench() -> AsyncIterator[GatewayBench]:
    """One gateway for all of a module: whatever is refused leaves nothing behind."""
    async with open_gateway() as opened:
        yield opened
