"""What is shown to whoever has the address: without signing in, and so often for each client address."""

from typing import Final

import pytest
from tests.contract.test_every_route import assert_refused, furnish
from tests.fakes.assets import TOKEN
from tests.fakes.public_api import PublicApi, open_public_api
from tests.fakes.visitors import Answer

SHOWN: Final = ("/api/v1/receipts/keys", f"/api/v1/share/{TOKEN}")


async def look(api: PublicApi, target: str, method: str = "GET") -> Answer:
    return await api.ask(method, target, headers={})


@pytest.mark.parametrize("target", SHOWN)
async def test_a_guest_needs_no_credential_and_asks_no_quota(target: str) -> None:
    async with open_public_api() as api:
        furnish(api)
        api.leases.limit = 0
        for method in ("GET", "HEAD"):
            assert (await look(api, target, method)).status in {200, 302}
        assert_refused(await look(api, target, "POST"), 405, "method_not_allowed")


@pytest.mark.parametrize("target", SHOWN)
async def test_an_address_looks_so_often_and_others_go_on(target: str) -> None:
    async with open_public_api(guest_requests_per_min=12) as api:
        furnish(api)
        statuses = [(await look(api, target)).status for _ in range(3)]
        assert 429 not in statuses[:2]
        refused = assert_refused(await look(api, target), 429, "rate_limited")
        assert refused["details"]["limit"] == 12
        assert (await api.ask("GET", "/api/v1/jobs")).status == 200
