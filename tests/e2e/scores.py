"""What Lighthouse gives a page: the median of three runs with its desktop preset."""

import asyncio
import json
import os
import tempfile
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.goals import Scoreboard
from tests.e2e.world import World, sign_in

LIGHTHOUSE: Final = Path("build/lighthouse/node_modules/.bin/lighthouse")
CATEGORIES: Final = ("performance", "accessibility", "best-practices")
GOAL: Final = 95
RUNS: Final = 3
_FLAGS: Final = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --disable-background-networking --disable-sync"
)


async def score_pages(world: World, board: Scoreboard, chromium: str) -> None:
    """The first page that a stranger sees, and the one where a video begins."""
    if not LIGHTHOUSE.exists():
        board.skip("lighthouse", "not_installed:_apt-get_install_npm")
        return
    async with world.tab() as tab:
        await sign_in(tab, await world.new_member())
        cookies = await tab.page.context.cookies()
        cookie = "; ".join(f"{each['name']}={each['value']}" for each in cookies)
    for name, path, headers in (("landing", "/", {}), ("create", "/create", {"Cookie": cookie})):
        runs = [await _measure(f"{world.url}{path}", headers, chromium) for _ in range(RUNS)]
        for category in CATEGORIES:
            score = median(round(run["categories"][category]["score"] * 100) for run in runs)
            board.expect(f"lighthouse.{name}.{category}", f"{score:g}", f">={GOAL}", holds=score >= GOAL)
        board.tell(f"{name}: {_describe(runs[0])}")


async def _measure(url: str, headers: dict[str, str], chromium: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="omnigen-lighthouse-") as folder:
        report = Path(folder) / "report.json"
        process = await asyncio.create_subprocess_exec(
            *(str(LIGHTHOUSE), url, "--preset=desktop", "--output=json", f"--output-path={report}", "--quiet"),
            *(f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={json.dumps(headers)}"),
            f"--chrome-flags={_FLAGS}",
            env={**os.environ, "CHROME_PATH": chromium},
        )
        await process.wait()
        measured: dict[str, Any] = json.loads(report.read_bytes())
    return measured


def _describe(run: dict[str, Any]) -> str:
    """The scores, and the audits that cost any of them."""
    scores = ", ".join(f"{name} {round(run['categories'][name]['score'] * 100)}" for name in CATEGORIES)
    short = [
        reference["id"]
        for name in CATEGORIES
        for reference in run["categories"][name]["auditRefs"]
        if reference["weight"] and (run["audits"][reference["id"]]["score"] or 0) < 1
    ]
    return f"{scores}; less than full: {', '.join(short) or 'nothing'}"
