from collections.abc import AsyncIterator

import pytest
from tests.fakes.composer_bench import Bench, Task


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    built = Bench()
    yield built
    await built.close()


@pytest.fixture
def task(bench: Bench) -> Task:
    return bench.add_task()
