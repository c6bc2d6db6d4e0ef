"""The videos that there are, and what they have cost."""

from playwright.async_api import Locator
from tests.e2e.browser import Tab
from tests.e2e.looks import look_at
from tests.e2e.world import World, sign_in
from tests.integration.visitors import Visitor

from omnigen_local.demo.accounts import Account, UserPool
from omnigen_local.demo.accounts import sign_in as sign_in_by_api

PROMPT = "a paper boat on a slow river, seen from a bridge"


async def a_video_is_found_looked_at_deleted_and_brought_back(world: World) -> None:
    account = await world.new_member()
    await make_video(world, account)
    async with world.tab() as tab:
        page = tab.page
        await sign_in(tab, account, "/library")
        card = page.get_by_role("listitem").filter(has_text=PROMPT)
        await card.get_by_text("Finished").wait_for()
        await card.locator("img").evaluate("image => image.decode()")
        assert await card.locator("img").evaluate("image => image.naturalWidth") > 0
        await preview(tab, card)
        await look_at(tab, "library", world.pictures)
        await search(tab, "paper river", is_found=True)
        await search(tab, "steamer", is_found=False)
        await look_at(tab, "library-nothing-found", world.pictures)
        await search(tab, "", is_found=True)
        await card.get_by_role("button", name="Delete").click()
        await page.get_by_role("heading", name="No videos yet").wait_for()
        await page.get_by_role("button", name="Undo").click()
        await card.get_by_text("Finished").wait_for()
        await card.get_by_role("button", name="Delete").click()
        await page.get_by_role("heading", name="No videos yet").wait_for()
        await look_at(tab, "library-undo", world.pictures)
        await page.goto("/usage")
        await page.get_by_role("meter", name="Videos this month").filter(has_text="1 of 100").wait_for()
        await page.get_by_role("rowheader", name="committed").wait_for()
        await look_at(tab, "usage", world.pictures)
        await page.goto("/library")
        await page.get_by_role("heading", name="No videos yet").wait_for()


async def preview(tab: Tab, card: Locator) -> None:
    """For a pointer and for keys; not for whoever wants nothing to move."""
    await card.hover()
    assert await card.locator("video").count() == 0
    await tab.page.mouse.move(0, 0)
    await tab.page.emulate_media(reduced_motion="no-preference")
    await card.hover()
    await card.locator("video").wait_for()
    await tab.page.mouse.move(0, 0)
    await card.locator("video").wait_for(state="detached")
    await card.get_by_role("link").focus()
    await card.locator("video").wait_for()
    await tab.page.emulate_media(reduced_motion="reduce")


async def make_video(world: World, account: Account) -> None:
    """By the API, as a program does."""
    record = world.stack.record()
    pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
    visitor = Visitor(record.gateway_url, await sign_in_by_api(pool, account), account.email)
    watched = await visitor.watch_job(world.pictures / "video.mp4", prompt=PROMPT)
    assert watched.job["status"] == "completed", watched.job


async def search(tab: Tab, words: str, *, is_found: bool) -> None:
    await tab.page.get_by_label("Search").fill(words)
    found = tab.page.get_by_role("listitem").filter(has_text=PROMPT)
    await (found if is_found else tab.page.get_by_role("heading", name="Nothing like that")).wait_for()
