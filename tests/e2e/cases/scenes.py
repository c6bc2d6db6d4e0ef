"""What becomes of one scene of a finished video, and of what is said in it."""

from tests.e2e.browser import MAKING_MS, Tab
from tests.e2e.looks import look_at
from tests.e2e.world import World

REWRITTEN = "the white tower from a boat, gulls around it"
_CUES = "video => new Promise(done => { const look = () => { const found = video.textTracks[0]?.cues?.length;"
_CUES += " if (found) done(found); else setTimeout(look, 50); }; look(); })"


async def switch_captions(tab: Tab) -> None:
    """By keyboard: they are shown, then they are not, and the choice is remembered."""
    video, switch = tab.page.locator("figure video"), tab.page.get_by_role("switch", name="Captions")
    assert await video.evaluate(_CUES) > 0
    assert await video.evaluate("video => video.textTracks[0].mode") == "showing"
    await switch.focus()
    await tab.page.keyboard.press("Space")
    await tab.page.wait_for_function("() => document.querySelector('figure video').textTracks[0].mode === 'hidden'")
    assert await switch.get_attribute("aria-checked") == "false"


async def make_anew(tab: Tab, world: World) -> None:
    """The second scene, in other words; what was typed survives a closed dialog."""
    page = tab.page
    dialog = page.get_by_role("dialog")
    await page.get_by_role("button", name="Make scene 2 anew").click()
    await dialog.get_by_label("What it shows").fill(REWRITTEN)
    await page.keyboard.press("Escape")
    await dialog.wait_for(state="detached")
    await page.get_by_role("button", name="Make scene 2 anew").click()
    assert await dialog.get_by_label("What it shows").input_value() == REWRITTEN
    await look_at(tab, "scene-anew", world.pictures)
    await page.emulate_media(reduced_motion="no-preference")
    await dialog.get_by_role("button", name="Make it for $").click()
    tile = page.get_by_role("listitem").filter(has_text=REWRITTEN)
    await tile.get_by_text("take 2").wait_for()
    await page.get_by_role("link", name="Download").wait_for(timeout=MAKING_MS)
    assert await tile.locator("video").get_attribute("autoplay") is not None, "what was waited for plays by itself"
    await page.emulate_media(reduced_motion="reduce")


async def compare_and_choose(tab: Tab, world: World) -> None:
    """The first take comes back, with its words, for nothing."""
    page = tab.page
    dialog = page.get_by_role("dialog")
    await page.get_by_role("button", name="Compare the takes of scene 2").click()
    for take in ("Take 1", "Take 2"):
        clip = dialog.get_by_label(take, exact=True)
        await clip.evaluate("clip => clip.readyState > 0 || new Promise(done => { clip.onloadedmetadata = done; })")
    await look_at(tab, "takes", world.pictures)
    await dialog.get_by_role("button", name="Use take 1").click()
    await dialog.wait_for(state="detached")
    await page.get_by_role("listitem").filter(has_text=REWRITTEN).wait_for(state="detached")
    await page.get_by_role("link", name="Download").wait_for(timeout=MAKING_MS)
