"""Coming and going: an account, a forgotten password, the way in and the way out."""

import re

from tests.e2e.browser import Tab
from tests.e2e.looks import look_at
from tests.e2e.world import World, fill_in_sign_in_page, sign_in

from omnigen_local.demo.accounts import Account, new_account


async def a_stranger_signs_up_confirms_and_signs_in(world: World) -> None:
    account = new_account()
    async with world.tab() as tab:
        page = tab.page
        await page.goto("/sign-up")
        await page.get_by_role("button", name="Create my account").click()
        await page.get_by_text("Enter an e-mail address.").wait_for()
        await page.get_by_text("At least 12 characters.", exact=True).wait_for()
        await look_at(tab, "sign-up-mistakes", world.pictures)
        await page.get_by_label("E-mail address").fill(account.email)
        await page.reload()
        assert await page.get_by_label("E-mail address").input_value() == account.email, "nothing typed is lost"
        await page.get_by_label("Password", exact=True).fill(account.password)
        await page.get_by_role("button", name="Create my account").click()
        await page.wait_for_url("**/confirm**")
        assert await page.get_by_label("E-mail address").input_value() == account.email
        await page.get_by_label("Code").fill("123456")
        await page.get_by_role("button", name="Confirm").click()
        await page.get_by_role("heading", name="Your account is ready").wait_for()
        await look_at(tab, "confirmed", world.pictures)
        await page.get_by_role("main").get_by_role("link", name="Sign in").click()
        await fill_in_sign_in_page(tab.page, account)
        await page.wait_for_url("**/create")
        await expect_signed_in(tab, account)


async def a_forgotten_password_is_replaced(world: World) -> None:
    account = await world.new_member()
    changed = Account(account.email, "Another-Sentence-2026!")
    async with world.tab() as tab:
        page = tab.page
        await page.goto("/forgot")
        await page.get_by_label("E-mail address").fill(account.email)
        await page.get_by_role("button", name="Send me a code").click()
        await page.wait_for_url("**/reset**")
        await page.get_by_label("Code").fill("654321")
        await page.get_by_label("New password").fill(changed.password)
        await page.get_by_role("button", name="Change my password").click()
        await page.get_by_role("heading", name="Your password is changed").wait_for()
        await sign_in(tab, changed)
        await expect_signed_in(tab, changed)


async def who_signs_out_is_out(world: World) -> None:
    account = await world.new_member()
    async with world.tab() as tab:
        await sign_in(tab, account)
        tab.allow(r"^401 GET /api/v1/auth/me$")
        await tab.page.get_by_role("button", name="Sign out").click()
        await tab.page.wait_for_url(re.compile(f"^{re.escape(world.url)}/?$"))
        await tab.page.goto("/library")
        await tab.page.get_by_role("heading", name="Sign in to go on").wait_for()


async def expect_signed_in(tab: Tab, account: Account) -> None:
    await tab.page.get_by_text(account.email).first.wait_for()
