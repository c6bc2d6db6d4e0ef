"""Every page and the states that no other case comes to, at three widths and in both themes, as axe sees them."""

from tests.e2e.browser import Tab
from tests.e2e.looks import look_at
from tests.e2e.world import World

OPEN_PAGES = {
    "landing": "/",
    "sign-up": "/sign-up",
    "confirm": "/confirm",
    "forgot": "/forgot",
    "reset": "/reset",
    "signed-in": "/signed-in",
    "no-such-page": "/there/is/none",
}
MEMBERS_PAGES = {
    "create": "/create",
    "library-empty": "/library",
    "usage-empty": "/usage",
    "keys": "/settings",
    "webhooks": "/settings?tab=webhooks",
    "plan": "/settings?tab=plan",
}


async def pages_for_everybody_have_no_barriers(world: World) -> None:
    async with world.tab() as tab:
        await look_through(tab, OPEN_PAGES, world)
        tab.allow("^401 GET /api/v1/auth/me$", "^404 GET /api/v1/share/")
        await look_through(tab, {"sign-in-first": "/library", "shared-gone": "/shared/never-was"}, world)


async def the_page_of_the_api_keeps_to_its_policy(world: World) -> None:
    """A violation is an error in the console."""
    async with world.tab() as tab:
        await tab.page.goto("/")
        await tab.page.get_by_role("link", name="API").click()
        await tab.page.get_by_role("button", name="post /api/v1/jobs", exact=True).click()
        await tab.page.get_by_text("Request body").first.wait_for()


async def pages_of_members_have_no_barriers(world: World) -> None:
    async with world.member() as tab:
        await look_through(tab, MEMBERS_PAGES, world)
        await tab.page.get_by_role("button", name="Sign out everywhere").click()
        await look_at(tab, "sign-out-everywhere", world.pictures)
        tab.allow("^404 GET /api/v1/(jobs|storyboards)/")
        lost = {"video-unknown": "/videos/job_unknown", "storyboard-unknown": "/storyboards/job_unknown"}
        await look_through(tab, lost, world)


async def what_is_not_answered_can_be_asked_again(world: World) -> None:
    async with world.member() as tab:
        page = tab.page
        tab.allow("^503 GET /api/v1/usage")
        await page.route("**/api/v1/usage", lambda route: route.fulfill(status=503, body=""))
        await page.goto("/usage")
        await page.get_by_role("button", name="Try again").wait_for()
        await look_at(tab, "usage-unanswered", world.pictures)
        await page.unroute("**/api/v1/usage")
        await page.get_by_role("button", name="Try again").click()
        await page.get_by_role("meter", name="Videos this month").wait_for()


async def look_through(tab: Tab, pages: dict[str, str], world: World) -> None:
    for name, path in pages.items():
        await tab.page.goto(path)
        await tab.page.wait_for_load_state("networkidle")
        await look_at(tab, name, world.pictures)
