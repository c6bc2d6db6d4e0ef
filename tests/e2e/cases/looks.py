"""Every page at three widths, and what axe finds in it in both themes."""

from tests.e2e.browser import Tab
from tests.e2e.looks import find_barriers, take_pictures
from tests.e2e.world import World

OPEN_PAGES = {"landing": "/", "sign-up": "/sign-up", "confirm": "/confirm", "forgot": "/forgot", "reset": "/reset"}
MEMBERS_PAGES = {
    "create": "/create",
    "library-empty": "/library",
    "usage": "/usage",
    "keys": "/settings",
    "webhooks": "/settings?tab=webhooks",
    "plan": "/settings?tab=plan",
}


async def pages_for_everybody_have_no_barriers(world: World) -> None:
    async with world.tab() as tab:
        await look_at(tab, OPEN_PAGES, world)


async def pages_of_members_have_no_barriers(world: World) -> None:
    async with world.member() as tab:
        await look_at(tab, MEMBERS_PAGES, world)


async def look_at(tab: Tab, pages: dict[str, str], world: World) -> None:
    barriers = {}
    for name, path in pages.items():
        await tab.page.goto(path)
        await tab.page.wait_for_load_state("networkidle")
        await take_pictures(tab, name, world.pictures)
        if found := await find_barriers(tab):
            barriers[name] = found
    assert barriers == {}, barriers
