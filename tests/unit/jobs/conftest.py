"""Jobs over fakes, and the HTTP layer before it. A module may have a bench of its own."""

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.fakes.jobs_bench import JobsBench, open_http


@pytest.fixture
def bench() -> JobsBench:
    return JobsBench()


@pytest.fixture
async def http(bench: JobsBench) -> AsyncIterator[httpx.AsyncClient]:
    async with open_http(bench) as client:
        yield client
