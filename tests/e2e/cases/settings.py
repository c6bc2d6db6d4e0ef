"""What programs may do, and what they are told."""

import re
from typing import Self

import aiohttp
from aiohttp import web
from tests.e2e.looks import look_at
from tests.e2e.world import World


async def a_key_is_made_works_and_is_revoked(world: World) -> None:
    async with world.member() as tab:
        page = tab.page
        await page.goto("/settings")
        await page.get_by_role("button", name="Make a key").click()
        await page.get_by_text("Say which program it is for.").wait_for()
        await look_at(tab, "keys-mistakes", world.pictures)
        await page.get_by_label("Name").fill("nightly run")
        await page.reload()
        assert await page.get_by_label("Name").input_value() == "nightly run", "nothing typed is lost"
        await page.get_by_label("See usage and ledger").check()
        await page.get_by_role("button", name="Make a key").click()
        secret = await page.get_by_role("dialog").locator("code").last.inner_text()
        assert re.fullmatch(r"omk_\S+", secret)
        await look_at(tab, "key-made", world.pictures)
        assert await ask_usage(world, secret) == 200
        await page.get_by_role("button", name="I have kept it").click()
        await page.get_by_role("button", name="Revoke nightly run").click()
        await look_at(tab, "key-revoke", world.pictures)
        await page.get_by_role("button", name="Revoke it").click()
        await page.get_by_role("heading", name="No keys yet").wait_for()


async def ask_usage(world: World, key: str) -> int:
    async with (
        aiohttp.ClientSession(world.url, headers={"Authorization": f"Bearer {key}"}) as session,
        session.get("/api/v1/usage") as answer,
    ):
        return answer.status


async def a_webhook_is_added_tested_and_deleted(world: World) -> None:
    async with world.member() as tab, Receiver() as receiver:
        page = tab.page
        await page.goto("/settings?tab=webhooks")
        await page.get_by_label("Address").fill(receiver.url)
        await page.get_by_role("button", name="Add the webhook").click()
        await page.get_by_role("button", name="I have kept it").click()
        await page.get_by_role("button", name="Send a test").click()
        await page.get_by_text("The test was delivered").first.wait_for()
        assert len(receiver.taken) == 1
        await page.get_by_role("button", name="Deliveries").click()
        await page.get_by_text("answered 204").first.wait_for()
        await look_at(tab, "webhook-deliveries", world.pictures)
        await page.get_by_role("button", name="Delete").click()
        await page.get_by_role("button", name="Delete it").click()
        await page.get_by_role("heading", name="No webhooks yet").wait_for()


class Receiver:
    """Takes whatever is posted to it."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.url = ""
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        self.taken.append(await request.read())
        return web.Response(status=204)
