"""How a page looks, at three widths and in both themes, and whether everybody can use it."""

from pathlib import Path
from typing import Final

from axe_playwright_python.async_playwright import Axe
from tests.e2e.browser import Tab

WIDTHS: Final = (390, 1280, 1920)
_WIDER: Final = "document.documentElement.scrollWidth - window.innerWidth"
_TAKE_THEME: Final = """async theme => {
  document.documentElement.dataset.theme = theme;
  await new Promise(done => { requestAnimationFrame(() => requestAnimationFrame(done)); });
  await Promise.all(document.getAnimations().map(one => one.finished.catch(() => null)));
}"""
_FITS: Final = """([width, height]) => matchMedia(`(width: ${width}px) and (height: ${height}px)`).matches
  && new Promise(done => { requestAnimationFrame(() => requestAnimationFrame(() => done(true))); })"""
THEMES: Final = ("dark", "light")


async def take_pictures(tab: Tab, name: str, folder: Path) -> None:
    """Of the whole page from its top, as it is now: at each width, which it fits, and in the light theme."""
    await tab.page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
    for width in WIDTHS:
        await _resize(tab, width, 844 if width == WIDTHS[0] else 900)
        await tab.page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        assert await tab.page.evaluate(_WIDER) <= 0, f"{name} is wider than {width} px"
    await _use(tab, "light")
    await tab.page.screenshot(path=folder / f"{name}-light.png", full_page=True)
    await _use(tab, "dark")
    await _resize(tab, 1280, 800)


async def look_at(tab: Tab, name: str, folder: Path) -> None:
    """AssertionError when it does not fit a width, or axe finds a barrier."""
    await take_pictures(tab, name, folder)
    barriers = await find_barriers(tab)
    assert barriers == [], (name, barriers)


async def find_barriers(tab: Tab) -> list[str]:
    """axe's violations in each theme, told by rule and element."""
    found = []
    for theme in THEMES:
        await _use(tab, theme)
        results = await Axe().run(tab.page)
        found += [
            f"{theme}: {violation['id']} {node['html'][:120]}"
            for violation in results.response["violations"]
            for node in violation["nodes"]
        ]
    await _use(tab, THEMES[0])
    return found


async def _resize(tab: Tab, width: int, height: int) -> None:
    """The page knows of it, and is drawn so, when this returns: on a busy machine that is some time after."""
    await tab.page.set_viewport_size({"width": width, "height": height})
    await tab.page.wait_for_function(_FITS, arg=[width, height])


async def _use(tab: Tab, theme: str) -> None:
    """As its button does, which a dialog may lie over; its colours have all changed then."""
    await tab.page.evaluate(_TAKE_THEME, theme)
