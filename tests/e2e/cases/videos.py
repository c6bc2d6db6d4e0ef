"""One video: watched while it is made, played, changed, taken elsewhere, called off and gone on with."""

import re
from typing import Any

from tests.e2e.browser import Tab
from tests.e2e.cases.scenes import compare_and_choose, make_anew, switch_captions
from tests.e2e.looks import find_barriers, take_pictures
from tests.e2e.world import World, sign_in
from tests.integration.visitors import Visitor

from omnigen_local.demo.accounts import Account, UserPool
from omnigen_local.demo.accounts import sign_in as sign_in_by_api

ORDER = {
    "prompt": "a lighthouse keeper paints the tower white",
    "duration_s": 9,
    "resolution": "480p",
    "aspect_ratio": "16:9",
}
_PLAYED = "video => new Promise(done => { video.onended = () => done(video.currentTime); video.play(); })"


async def a_video_is_watched_played_changed_and_shared(world: World) -> None:
    account = await world.new_member()
    async with world.tab() as tab:
        page = tab.page
        job_id = await order(world, account, {**ORDER, "narration": True})
        await sign_in(tab, account, f"/videos/{job_id}")
        await page.get_by_text(" left, as a rule").wait_for()
        await page.get_by_role("listitem").filter(has_text="Scene 1").get_by_text("Generating").wait_for()
        await take_pictures(tab, "video-live", world.pictures)
        await page.locator("figure video").wait_for(timeout=60_000)
        assert 8 < await page.locator("figure video").evaluate(_PLAYED) < 10
        await page.get_by_role("button", name="Scene 2", exact=True).click()
        await take_pictures(tab, "video", world.pictures)
        assert (barriers := await find_barriers(tab)) == [], barriers
        await switch_captions(tab)
        await make_anew(tab, world)
        await compare_and_choose(tab, world)
        await export_upright(tab)
        await page.get_by_role("tab", name="Receipt").click()
        await page.get_by_role("rowheader", name="clip").first.wait_for()
        await take_pictures(tab, "video-receipt", world.pictures)
        await share(tab, world)


async def export_upright(tab: Tab) -> None:
    await tab.page.get_by_role("tab", name="Other forms").click()
    await tab.page.get_by_role("button", name="Make it", exact=True).click()
    row = tab.page.get_by_role("listitem").filter(has_text="mp4 9:16")
    async with tab.page.expect_download(timeout=60_000) as download:
        await row.get_by_role("link", name="Download").click(timeout=60_000)
    assert re.fullmatch(r"omnigen-.*\.mp4", (await download.value).suggested_filename)


async def share(tab: Tab, world: World) -> None:
    """Somebody without an account sees it, until the link is revoked."""
    await tab.page.get_by_role("tab", name="Share").click()
    await tab.page.get_by_role("button", name="Make a link").click()
    link = await tab.page.get_by_role("dialog").locator("code").last.inner_text()
    await tab.page.get_by_role("button", name="I have kept it").click()
    async with world.tab() as guest:
        await guest.page.goto(link)
        await guest.page.locator("video").wait_for()
        await take_pictures(guest, "shared", world.pictures)
        assert (barriers := await find_barriers(guest)) == [], barriers
    await tab.page.get_by_role("button", name="Revoke").click()
    await tab.page.get_by_role("button", name="Revoke").wait_for(state="detached")
    async with world.tab() as guest:
        guest.allow(r"^404 GET /api/v1/share/")
        await guest.page.goto(link)
        await guest.page.get_by_role("heading", name="This link shows nothing").wait_for()


async def a_video_is_called_off_and_gone_on_with(world: World) -> None:
    account = await world.new_member()
    async with world.tab() as tab:
        page = tab.page
        await sign_in(tab, account, f"/videos/{await order(world, account, ORDER)}")
        await page.get_by_role("button", name="Cancel").click()
        await page.get_by_text("It was canceled.").wait_for()
        await page.get_by_role("button", name="Resume it").click()
        await page.locator("figure video").wait_for(timeout=60_000)


async def a_video_that_fails_says_why(world: World) -> None:
    account = await world.new_member()
    prompt = "a lighthouse in a storm [[sim:moderated]]"
    async with world.tab() as tab:
        await sign_in(tab, account, f"/videos/{await order(world, account, {**ORDER, 'prompt': prompt})}")
        await tab.page.get_by_role("alert").wait_for(timeout=60_000)
        await tab.page.get_by_role("button", name="Resume it").wait_for()
        await take_pictures(tab, "video-failed", world.pictures)
        assert (barriers := await find_barriers(tab)) == [], barriers


async def a_lost_connection_is_told_and_found_again(world: World) -> None:
    account = await world.new_member()
    async with world.tab() as tab:
        page = tab.page
        tab.allow("^failed GET /api/v1/jobs/", "ERR_INTERNET_DISCONNECTED")
        slow = {**ORDER, "prompt": "a lighthouse in the fog [[sim:slow=12]]"}
        await sign_in(tab, account, f"/videos/{await order(world, account, slow)}")
        await page.get_by_text("Generating").first.wait_for()
        await page.context.set_offline(True)
        await page.get_by_text("offline").first.wait_for()
        await page.context.set_offline(False)
        await page.locator("figure video").wait_for(timeout=60_000)


async def order(world: World, account: Account, wish: dict[str, Any]) -> str:
    """By the API, as a program does."""
    record = world.stack.record()
    pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
    visitor = Visitor(record.gateway_url, await sign_in_by_api(pool, account), account.email)
    answer = await visitor.order(**wish)
    assert answer.status == 202, answer.raw
    return str(answer.body["job_id"])
