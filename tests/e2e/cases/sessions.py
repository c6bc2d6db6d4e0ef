"""A session that ends while its user is at work."""

import re

from tests.e2e.browser import MAKING_MS
from tests.e2e.cases.ordering import ORDER, order
from tests.e2e.looks import look_at
from tests.e2e.world import World, fill_in_sign_in_page, sign_in

from omnigen_local.demo.accounts import Account

PROMPT = "a lighthouse keeper writes a long letter at night"


async def sign_out_everywhere(world: World, account: Account) -> None:
    """In another browser, as somebody does whose computer is gone."""
    async with world.tab() as other:
        other.allow("^401 GET /api/v1/auth/me$")
        await sign_in(other, account, "/settings?tab=plan")
        await other.page.get_by_role("button", name="Sign out everywhere").click()
        await other.page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
        await other.page.wait_for_url(re.compile(f"^{re.escape(world.url)}/?$"))


async def a_session_that_ends_while_a_video_is_made_is_renewed_in_place(world: World) -> None:
    """Ended from elsewhere, the page stays; signed in again beside it, its progress and a draft go on."""
    account = await world.new_member()
    async with world.tab() as tab:
        page = tab.page
        tab.allow(r"^401 (GET|POST) /api/v1/", "^failed GET /api/v1/jobs/.*/events", "ERR_INCOMPLETE_CHUNKED_ENCODING")
        slow = {**ORDER, "prompt": "a lighthouse in a long night [[sim:slow=45]]"}
        job_id = await order(world, account, slow)
        await sign_in(tab, account, f"/videos/{job_id}")
        await page.get_by_text("Generating").first.wait_for()
        writing = await page.context.new_page()
        await writing.goto("/create")
        await writing.get_by_label("What do you want to see?").fill(PROMPT)
        await page.bring_to_front()
        await sign_out_everywhere(world, account)
        await page.get_by_role("dialog").get_by_text("You have been signed out").wait_for(timeout=MAKING_MS)
        assert page.url.endswith(f"/videos/{job_id}"), "it is said in place"
        assert await page.get_by_text("Scene 1").count() > 0, "the page is still there behind it"
        await look_at(tab, "session-ended", world.pictures)
        async with page.expect_popup() as opened:
            await page.get_by_role("button", name="Sign in again").click()
        await fill_in_sign_in_page(await opened.value, account)
        await page.get_by_role("dialog").wait_for(state="detached")
        await page.get_by_role("link", name="Download").wait_for(timeout=MAKING_MS)
        assert await writing.get_by_label("What do you want to see?").input_value() == PROMPT, "nothing typed is lost"
        await writing.get_by_text("$0.").first.wait_for()
