"""Debian's Chromium, driven by Playwright; a tab remembers everything that went wrong in it."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response, async_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_INSTALL: Final = "no_chromium:_apt-get_install_chromium,_or_name_another_in_CHROMIUM"
PATIENCE_MS: Final = 60_000
"""For what a page shows by itself."""
MAKING_MS: Final = 300_000
"""For what is made: ten times what it takes on a machine that does nothing else."""
_FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--mute-audio", "--no-first-run", "--disable-dev-shm-usage", "--disable-quic"),
    *("--autoplay-policy=no-user-gesture-required", "--disable-background-networking", "--disable-sync"),
    "--disable-component-update",
)
_STATUS_LINE: Final = re.compile("Failed to load resource: the server responded with a status of")
"""Chromium says so beside each refused request, which is counted as such."""


@dataclass
class Tab:
    """A page of a browser of its own. `allowed`: patterns of troubles that the case is about."""

    page: Page
    allowed: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        self.page.on("requestfailed", self._note_failed)
        self.page.on("response", self._note_refused)

    def allow(self, *patterns: str) -> None:
        """Regular expressions over `<status> <method> <path>`, `failed <method> <path>` or a console's line."""
        self.allowed += patterns

    @property
    def unexpected(self) -> list[str]:
        """What went wrong and is not what the case is about."""
        return [trouble for trouble in self.troubles if not any(re.search(each, trouble) for each in self.allowed)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _STATUS_LINE.search(message.text):
            self.troubles.append(f"console {message.type}: {message.text}")

    def _note_failed(self, request: Request) -> None:
        # What the page itself calls off, by leaving or by closing a stream, has not failed.
        if request.failure != "net::ERR_ABORTED":
            self.troubles.append(f"failed {request.method} {_path_of(request.url)}: {request.failure}")

    def _note_refused(self, response: Response) -> None:
        if response.status >= 400:
            self.troubles.append(f"{response.status} {response.request.method} {_path_of(response.url)}")


def find_browser() -> str | None:
    """The path of a Chromium; None when there is none."""
    named = os.environ.get("CHROMIUM")
    candidates: Sequence[str] = NAMES if named is None else (named,)
    return next((path for name in candidates if (path := shutil.which(name))), None)


@asynccontextmanager
async def open_browser(executable: str) -> AsyncIterator[Browser]:
    """Headless, and without a word to anybody outside."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(_FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def open_tab(browser: Browser, base_url: str, width: int = 1280, **options: Any) -> AsyncIterator[Tab]:
    """With cookies and storage of its own."""
    height = 844 if width < 600 else 800  # a telephone is higher than it is wide
    context = await browser.new_context(
        base_url=base_url, viewport={"width": width, "height": height}, reduced_motion="reduce", **options
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield Tab(await context.new_page())
    finally:
        await context.close()


def _path_of(url: str) -> str:
    return re.sub(r"^https?://[^/]+|\?.*$", "", url)
