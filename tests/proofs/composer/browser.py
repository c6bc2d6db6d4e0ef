"""Chromium plays a video over each of its seams, and seeks to the frames beside them."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from omnigen_shared.contracts.media import FPS

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_INSTALL: Final = "no_chromium:_apt-get_install_chromium"
TIME_LIMIT_S: Final = 180
_FLAGS: Final = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--mute-audio", "--no-first-run", "--disable-dev-shm-usage"),
    *("--autoplay-policy=no-user-gesture-required", "--disable-background-networking", "--disable-sync"),
)
_PAGE: Final = """<!doctype html><video id="v" muted playsinline preload="auto" src="/video.mp4"></video><script>
const v = document.getElementById("v"), fps = %(fps)d, seams = %(seams)s;
const shown = () => new Promise(done => v.requestVideoFrameCallback((_, frame) => done(frame.mediaTime)));
async function seek(frame) {
  const next = shown();
  v.currentTime = (frame + 0.5) / fps;
  return Math.round(await next * fps);
}
async function playOver(seam) {
  await seek(seam - 9);
  await v.play();
  let last = 0, backwards = 0;
  while (last < (seam + 9) / fps) { const now = await shown(); if (now < last) backwards++; last = now; }
  v.pause();
  return backwards;
}
async function run() {
  if (v.readyState < 2) await new Promise((done, fail) => { v.onloadeddata = done; v.onerror = fail; });
  const missed = [], backwards = [];
  for (const seam of seams) {
    for (const frame of [seam - 1, seam, seam + 1]) {
      const at = await seek(frame);
      if (at != frame) missed.push([frame, at]);
    }
    if (await playOver(seam)) backwards.push(seam);
  }
  return {missed, backwards, width: v.videoWidth, height: v.videoHeight, frames: Math.round(v.duration * fps)};
}
const tell = found => fetch("/found", {method: "POST", body: JSON.stringify(found)});
run().then(tell, error => tell({error: String(v.error ? v.error.message : error)}));
</script>"""


@dataclass(frozen=True)
class Played:
    """What the page told. `missed` are frames that were sought and not shown; `error` is the player's."""

    missed: Sequence[Any] = ()
    backwards: Sequence[int] = ()
    width: int = 0
    height: int = 0
    frames: int = 0
    error: str | None = None


def find_browser() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


async def play(browser: str, video: Path, seams: Sequence[int]) -> Played:
    """TimeoutError when the page says nothing."""
    found: asyncio.Future[Played] = asyncio.get_running_loop().create_future()

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=_PAGE % {"fps": FPS, "seams": json.dumps(list(seams))}, content_type="text/html")

    async def serve(_: web.Request) -> web.FileResponse:
        return web.FileResponse(video)

    async def receive(request: web.Request) -> web.Response:
        found.set_result(Played(**json.loads(await request.text())))
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/", show), web.get("/video.mp4", serve), web.post("/found", receive)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        with tempfile.TemporaryDirectory(prefix="omnigen-chromium-", ignore_cleanup_errors=True) as profile:
            return await _browse(browser, f"http://127.0.0.1:{port}/", profile, found)
    finally:
        await runner.cleanup()


async def _browse(browser: str, url: str, profile: str, found: "asyncio.Future[Played]") -> Played:
    process = await asyncio.create_subprocess_exec(
        browser,
        *_FLAGS,
        f"--user-data-dir={profile}",
        url,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(TIME_LIMIT_S):
            return await found
    finally:
        process.terminate()
        await process.wait()
