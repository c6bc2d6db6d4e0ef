"""The main road: a prompt, its plan, a change of it, a video. And what stands in its way."""

import re

from tests.e2e.browser import MAKING_MS, Tab
from tests.e2e.cases.ordering import ORDER, order
from tests.e2e.looks import look_at
from tests.e2e.world import World, sign_in

from omnigen_shared.contracts.spending import PlanName

DEAR = "pixverse/pixverse-v5.6"
PROMPT = "a mountain hut bakes bread before sunrise"
_GIVE = """(field, [event, bytes]) => {
  const given = new DataTransfer();
  given.items.add(new File([new Uint8Array(bytes)], "hut.png", { type: "image/png" }));
  const how = { bubbles: true, cancelable: true };
  if (event === "drop") field.dispatchEvent(new DragEvent("drop", { ...how, dataTransfer: given }));
  else document.dispatchEvent(new ClipboardEvent("paste", { ...how, clipboardData: given }));
}"""


async def a_prompt_is_planned_edited_and_made(world: World) -> None:
    async with world.member() as tab:
        page = tab.page
        await page.get_by_label("What do you want to see?").fill(PROMPT)
        await page.get_by_role("slider", name="Length").fill("10")
        await page.get_by_text("480p", exact=True).click()
        await page.get_by_text(re.compile(r"\$0\.\d+")).first.wait_for()
        await page.reload()
        assert await page.get_by_label("What do you want to see?").input_value() == PROMPT, "nothing typed is lost"
        await look_at(tab, "create-filled", world.pictures)
        await page.get_by_label("Budget").fill("0.01")
        await page.get_by_text(re.compile(r"The video costs \$")).wait_for()
        await look_at(tab, "create-mistakes", world.pictures)
        await page.get_by_label("Budget").fill("2.50")
        await page.get_by_role("button", name="Plan first").click()
        await page.wait_for_url("**/storyboards/**", timeout=MAKING_MS)
        await page.get_by_label("What it shows").first.wait_for(timeout=MAKING_MS)
        await look_at(tab, "storyboard", world.pictures)
        assert await page.get_by_label("Budget").input_value() == "2.50", "it comes along"
        await page.get_by_label("What it shows").first.fill("")
        await page.get_by_label("Seconds").first.fill("99")
        await page.get_by_text("From 1.5 to ").first.wait_for()
        await look_at(tab, "storyboard-mistakes", world.pictures)
        await page.get_by_role("button", name="As it was planned").click()
        await page.get_by_role("button", name="Scene 1 later").click()
        await page.get_by_label("What it shows").first.fill("a loaf is broken, steam in the cold light")
        await page.get_by_role("button", name="Generate", exact=True).click()
        await page.wait_for_url("**/videos/**", timeout=MAKING_MS)
        await page.get_by_text("a loaf is broken, steam in the cold light").wait_for()
        await page.get_by_role("link", name="Download").wait_for(timeout=MAKING_MS)


async def a_video_begins_with_a_picture_of_ones_own(world: World) -> None:
    async with world.member() as tab:
        page = tab.page
        await page.get_by_label("What do you want to see?").fill(PROMPT)
        picture = await page.screenshot(clip={"x": 0, "y": 0, "width": 320, "height": 180})
        await page.locator('input[type="file"]').first.set_input_files(
            {"name": "hut.png", "mimeType": "image/png", "buffer": picture}
        )
        await expect_picture(tab)
        for event in ("drop", "paste"):
            await page.get_by_role("button", name="Leave it out").click()
            await page.locator('input[type="file"]').evaluate(_GIVE, [event, list(picture)])
            await expect_picture(tab)


async def expect_picture(tab: Tab) -> None:
    """It is with the order, and is shown."""
    await tab.page.get_by_text("A picture is with this order.").wait_for()
    area = tab.page.get_by_role("group", name="Reference picture")
    await area.locator("img").evaluate("image => image.decode()")


async def who_has_too_many_videos_at_once_is_told_how_many_fit(world: World) -> None:
    """The free plan has two videos at once."""
    account = await world.new_member(PlanName.FREE)
    async with world.tab() as tab:
        page = tab.page
        tab.allow("^429 POST /api/v1/jobs$")
        await sign_in(tab, account)
        for prompt in (f"{PROMPT} [[sim:slow=90]]", f"{PROMPT} in rain [[sim:slow=90]]", f"{PROMPT} again"):
            await page.goto("/create")
            await page.get_by_label("What do you want to see?").fill(prompt)
            await page.get_by_role("button", name="Generate now").click()
            if prompt.endswith("again"):
                await page.get_by_role("alert").first.wait_for()
                await page.get_by_text("the plan has room for 2 at once").wait_for()
                await look_at(tab, "create-refused", world.pictures)
            else:
                await page.wait_for_url("**/videos/**", timeout=MAKING_MS)


async def who_has_spent_the_month_is_told_when_there_is_more(world: World) -> None:
    """The free plan has 15 dollars a month, of which the most that a video may cost is held while it is made."""
    account = await world.new_member(PlanName.FREE)
    long = {"duration_s": 60, "resolution": "720p", "model": DEAR}
    await order(world, account, {**ORDER, **long, "prompt": f"{PROMPT} [[sim:slow=90]]"})
    async with world.tab() as tab:
        page = tab.page
        tab.allow("^429 POST /api/v1/jobs$")
        await sign_in(tab, account)
        await page.get_by_label("What do you want to see?").fill(PROMPT)
        await page.get_by_label("Who makes the clips").select_option(DEAR)
        await page.get_by_role("slider", name="Length").fill("60")
        await page.get_by_role("button", name="Generate now").click()
        await page.get_by_text(re.compile(r"of the month.s \$15.* There are more on 1 ")).wait_for()
        await look_at(tab, "create-month-spent", world.pictures)
        assert await page.get_by_label("What do you want to see?").input_value() == PROMPT, "nothing typed is lost"
