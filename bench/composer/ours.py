"""Our own way, phase by phase, in a process of its own, as the composer is one.

`python -m bench.composer.ours PLAN` makes the video in the folder `work` and writes down there what each phase cost.
"""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median_low
from typing import Final

import imageio_ffmpeg
from tests.fakes.films import Change, Clip, count_film, place_sounds, plan_film
from tests.fakes.folder_store import FolderStore

from bench.composer.corpus import KEPT_FRAMES
from bench.composer.measuring import Cost, measured
from omnigen_composer.domain import posters, provenance, recipes
from omnigen_composer.domain.clips import ClipLimits
from omnigen_composer.media.artefacts import check_made
from omnigen_composer.media.credentials import Credentials
from omnigen_composer.media.ffmpeg import Ffmpeg
from omnigen_composer.media.probe import find_looks
from omnigen_composer.media.renders import POSTER_SEGMENTS
from omnigen_composer.media.scratch import Scratch
from omnigen_composer.media.workshop import FfmpegWorkshop, Tools
from omnigen_local.credentials import SigningCredentials
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import (
    BodyRequest,
    PictureRequest,
    RenderRequest,
    SoundtrackRequest,
    render_key,
    segment_key,
)
from omnigen_shared.contracts.media import FrameSize, Transition
from omnigen_shared.together import run_all

COSTS: Final = "costs.json"
VIDEO: Final = "ours.mp4"
USER: Final = UserId("bench")
JOINS: Final = 5
"""One alone takes so little that it says nothing, as with the copy that it is compared with."""
MUSIC_KEY: Final = f"u/{USER}/music/1.m4a"


@dataclass(frozen=True)
class Plan:
    """What is made of a corpus: `changes` are (frames, style) for each cut."""

    corpus: str
    work: str
    width: int
    height: int
    changes: Sequence[tuple[int, str]]
    are_last_beside_each_other: bool = True
    """The last clip's body and its transition: as a composer with two places does it."""


def run_ours(plan: Plan) -> dict[str, Cost]:
    """In a process of its own. CalledProcessError when it fails; its log is then in the folder `work`."""
    work = Path(plan.work)
    work.mkdir(parents=True)
    with (work / "ours.log").open("wb") as log:
        command = [sys.executable, "-m", "bench.composer.ours", json.dumps(asdict(plan))]
        subprocess.run(command, check=True, stdout=log, stderr=log)  # noqa: S603 - our own
    return {phase: Cost(**cost) for phase, cost in json.loads((work / COSTS).read_text()).items()}


class Bench:
    """A workshop over a folder, and one film."""

    def __init__(self, workshop: FfmpegWorkshop, store: FolderStore, tools: Tools, work: Path) -> None:
        self._workshop = workshop
        self._store = store
        self._tools = tools
        self._work = work
        self.costs: dict[str, Cost] = {}

    async def compose(self, clips: Sequence[Clip], changes: Sequence[Change], plan: Plan) -> None:
        """In the order in which clips arrive: of the pictures only the last one's body and transition are left then."""
        requests = plan_film(clips, changes, FrameSize(plan.width, plan.height))
        last = [*requests[-2:]] if changes[-1].frames else [*requests[-1:]]
        for request in requests[: -len(last)]:
            await self._measure("body" if isinstance(request, BodyRequest) else "transition", [request])
        render = RenderRequest(
            segment_keys=tuple(self._key(request) for request in requests),
            total_frames=count_film(clips, changes),
            music_key=MUSIC_KEY,
            clip_sounds=place_sounds(clips, changes),
            title="Bench",
        )
        for together in [last] if plan.are_last_beside_each_other else [[request] for request in last]:
            await self._measure("last_clip", together)
        await self._measure("sound", [render.soundtrack])
        await self._measure("render", [render])
        shutil.copyfile(self._store.get_path(self._key(render)), self._work / VIDEO)
        await self._measure_alone(requests, render)

    async def _measure(
        self, phase: str, requests: Sequence[PictureRequest | SoundtrackRequest | RenderRequest]
    ) -> None:
        with measured() as cost:
            await run_all(self._workshop.make(self._key(request), request, lambda _: None) for request in requests)
        self.costs[phase] = self.costs.get(phase, Cost()) + cost

    async def _measure_alone(self, requests: Sequence[PictureRequest], render: RenderRequest) -> None:
        """The steps of a render, each from files that are there to files that are made."""
        names = [f"{number:03}.mp4" for number in range(len(requests))]
        for name, request in zip(names, requests, strict=True):
            shutil.copyfile(self._store.get_path(self._key(request)), self._work / name)
        listing, sound = self._work / "segments.txt", self._work / "soundtrack.m4a"
        listing.write_text(recipes.join_list(names))
        shutil.copyfile(self._store.get_path(self._key(render.soundtrack)), sound)
        joined = self._work / "joined.mp4"
        self.costs["join"] = median_low([await self._join(listing, sound, render, joined) for _ in range(JOINS)])
        with measured() as cost:
            chosen = [self._work / name for name in names[:: -(-len(names) // POSTER_SEGMENTS)]]
            index, look = posters.choose([find_looks(path) for path in chosen])
            await self._tools.ffmpeg.run(recipes.poster_args(chosen[index], look.at_s, self._work / "poster.jpg"))
        self.costs["poster"] = cost
        with measured() as cost:
            manifest = provenance.write_manifest(render.title, "video/mp4", render.models)
            await asyncio.to_thread(self._tools.credentials.sign, joined, self._work / "signed.mp4", manifest)
        self.costs["provenance"] = cost

    async def _join(self, listing: Path, sound: Path, render: RenderRequest, joined: Path) -> Cost:
        with measured() as cost:
            await self._tools.ffmpeg.run(recipes.join_args(listing, sound, render.title, joined))
            await check_made(joined, render.total_frames, None)
        return cost

    def _key(self, request: PictureRequest | SoundtrackRequest | RenderRequest) -> str:
        if isinstance(request, RenderRequest):
            return render_key(USER, self._workshop.recipe_id, request)
        return segment_key(USER, self._workshop.recipe_id, request)


async def main(plan: Plan) -> dict[str, Cost]:
    """What each phase cost."""
    corpus, work = Path(plan.corpus), Path(plan.work)
    store, scratch = FolderStore(work / "store"), Scratch(work / "scratch")
    changes = [Change(frames, Transition(style)) for frames, style in plan.changes]
    clips = [Clip(f"u/{USER}/clips/{number:02}.mp4", KEPT_FRAMES) for number in range(len(changes) + 1)]
    for number, clip in enumerate(clips):
        shutil.copyfile(corpus / f"clip{number:02}.mp4", store.get_path(clip.key))
    shutil.copyfile(corpus / "music.m4a", store.get_path(MUSIC_KEY))
    signing = SigningCredentials.create()
    credentials = Credentials(signing.private_key, signing.certificates)
    tools = Tools(Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe(), 600), store, scratch, credentials)
    bench = Bench(await FfmpegWorkshop.open(tools, ClipLimits()), store, tools, work)
    await bench.compose(clips, changes, plan)
    scratch.close()
    return bench.costs


if __name__ == "__main__":
    ordered = Plan(**json.loads(sys.argv[1]))
    costs = asyncio.run(main(ordered))
    (Path(ordered.work) / COSTS).write_text(json.dumps({phase: asdict(cost) for phase, cost in costs.items()}))
