"""Where the cases happen: a local stack that serves the studio, a browser, and people who come to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page
from tests.e2e.browser import Tab, open_tab

from omnigen_local.demo.accounts import Account, UserPool, new_account, sign_up
from omnigen_local.stack import LocalStack
from omnigen_shared.contracts.spending import PlanName


@dataclass(frozen=True, slots=True)
class World:
    """`pictures` is where screenshots go."""

    stack: LocalStack
    browser: Browser
    pictures: Path

    @property
    def url(self) -> str:
        return self.stack.record().gateway_url

    @asynccontextmanager
    async def tab(self, width: int = 1280, **options: Any) -> AsyncIterator[Tab]:
        """Somebody's browser, signed out. AssertionError when something went wrong in it that was not allowed."""
        async with open_tab(self.browser, self.url, width, **options) as tab:
            try:
                yield tab
                assert tab.unexpected == [], tab.unexpected
            except Exception as error:
                await tab.page.screenshot(path=self.pictures / "failed.png")
                error.add_note(f"What went wrong in the browser: {tab.unexpected}")
                raise

    @asynccontextmanager
    async def member(self, plan: PlanName = PlanName.PRO, **options: Any) -> AsyncIterator[Tab]:
        """The browser of somebody with an account, signed in by the sign-in page."""
        account = await self.new_member(plan)
        async with self.tab(**options) as tab:
            await sign_in(tab, account)
            yield tab

    async def new_member(self, plan: PlanName = PlanName.PRO) -> Account:
        """An account that was confirmed."""
        record, account = self.stack.record(), new_account()
        pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
        await sign_up(pool, account, plan)
        return account


async def sign_in(tab: Tab, account: Account, return_to: str = "/create") -> None:
    """By the way that the studio's link leads."""
    await tab.page.goto(f"/api/v1/auth/login?return_to={return_to}")
    await fill_in_sign_in_page(tab.page, account)
    await tab.page.wait_for_url(f"**{return_to}")


async def fill_in_sign_in_page(page: Page, account: Account) -> None:
    """The user pool's own page, not the studio's."""
    await page.fill('input[name="username"]', account.email)
    await page.fill('input[name="password"]', account.password)
    await page.click('[type="submit"]')
