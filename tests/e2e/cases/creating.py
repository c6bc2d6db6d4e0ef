"""The main road: a prompt, its plan, a change of it, a video. And what stands in its way."""

import re

from tests.e2e.looks import find_barriers, take_pictures
from tests.e2e.world import World, sign_in

from omnigen_shared.contracts.spending import PlanName

PROMPT = "a mountain hut bakes bread before sunrise"


async def a_prompt_is_planned_edited_and_made(world: World) -> None:
    async with world.member() as tab:
        page = tab.page
        await page.get_by_label("What do you want to see?").fill(PROMPT)
        await page.get_by_role("slider", name="Length").fill("10")
        await page.get_by_text("480p", exact=True).click()
        await page.get_by_text(re.compile(r"\$0\.\d+")).first.wait_for()
        await page.reload()
        assert await page.get_by_label("What do you want to see?").input_value() == PROMPT, "nothing typed is lost"
        await take_pictures(tab, "create-filled", world.pictures)
        assert (barriers := await find_barriers(tab)) == [], barriers
        await page.get_by_role("button", name="Plan first").click()
        await page.wait_for_url("**/storyboards/**", timeout=60_000)
        await page.get_by_label("What it shows").first.wait_for(timeout=60_000)
        await take_pictures(tab, "storyboard", world.pictures)
        assert (barriers := await find_barriers(tab)) == [], barriers
        await page.get_by_role("button", name="Scene 1 later").click()
        await page.get_by_label("What it shows").first.fill("a loaf is broken, steam in the cold light")
        await page.get_by_role("button", name="Generate", exact=True).click()
        await page.wait_for_url("**/videos/**", timeout=60_000)
        await page.get_by_text("a loaf is broken, steam in the cold light").wait_for()
        await page.get_by_role("link", name="Download").wait_for(timeout=90_000)


async def a_video_begins_with_a_picture_of_ones_own(world: World) -> None:
    async with world.member() as tab:
        page = tab.page
        await page.get_by_label("What do you want to see?").fill(PROMPT)
        picture = await page.screenshot(clip={"x": 0, "y": 0, "width": 320, "height": 180})
        await page.locator('input[type="file"]').first.set_input_files(
            {"name": "hut.png", "mimeType": "image/png", "buffer": picture}
        )
        await page.get_by_text("A picture is with this order.").wait_for(timeout=30_000)


async def who_has_no_videos_left_is_told_when_there_are_more(world: World) -> None:
    """The free plan has two videos at once."""
    account = await world.new_member(PlanName.FREE)
    async with world.tab() as tab:
        page = tab.page
        tab.allow("^429 POST /api/v1/jobs$")
        await sign_in(tab, account)
        for prompt in (f"{PROMPT} [[sim:slow=20]]", f"{PROMPT} in rain [[sim:slow=20]]", f"{PROMPT} again"):
            await page.goto("/create")
            await page.get_by_label("What do you want to see?").fill(prompt)
            await page.get_by_role("button", name="Generate now").click()
            if prompt.endswith("again"):
                await page.get_by_role("alert").first.wait_for()
                await take_pictures(tab, "create-refused", world.pictures)
            else:
                await page.wait_for_url("**/videos/**", timeout=60_000)
