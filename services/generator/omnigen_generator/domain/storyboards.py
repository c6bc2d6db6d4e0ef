"""A storyboard from a plan's words and the cuts that the job was ordered with."""

import re
from collections.abc import Sequence
from typing import Final

from omnigen_generator.domain.prompting import PlannedScene, PlannedVideo
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.media import Transition
from omnigen_shared.contracts.seeds import derive_seed
from omnigen_shared.contracts.storyboard import (
    CAMERA_MAX,
    COLOUR_MAX,
    COLOURS_MAX,
    MUSIC_PROMPT_MAX,
    NARRATION_MAX,
    SCENE_PROMPT_MAX,
    STYLE_MAX,
    SUBJECT_MAX,
    TITLE_MAX,
    Cut,
    PlannedBy,
    Room,
    Scene,
    Storyboard,
    list_rooms,
)

PROMPT_MAX: Final = 2000
LOOK_MAX: Final = 900


def build_storyboard(request: JobRequest, cuts: Sequence[Cut], plan: PlannedVideo, by: PlannedBy) -> Storyboard:
    """Texts cut to what the contract allows; lengths are the cuts', whatever a planner says."""
    rows = zip(cuts, list_rooms(cuts), plan.scenes, strict=True)
    return Storyboard(
        title=plan.title[:TITLE_MAX],
        style=(request.style or plan.style)[:STYLE_MAX],
        palette=tuple(colour.strip()[:COLOUR_MAX] for colour in plan.palette if colour.strip())[:COLOURS_MAX],
        subject=plan.subject.strip()[:SUBJECT_MAX],
        music_prompt=plan.music_prompt[:MUSIC_PROMPT_MAX],
        planned_by=by,
        scenes=tuple(_build_scene(request, number, *row) for number, row in enumerate(rows, start=1)),
    )


def fit_narration(text: str, room: Room) -> str:
    """As many whole sentences as can be said in a scene, else as many whole words."""
    most = min(room.characters, NARRATION_MAX)
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most + 1]
    ends = [found.end() for found in re.finditer(r"[.!?…](?=\s|$)", cut[:most])]
    return cut[: ends[-1]] if ends else cut[:most].rpartition(" ")[0].rstrip(" ,;:-")


def write_prompt(storyboard: Storyboard, scene: Scene) -> str:
    """What a model is told: the scene's own words, then what is the same in every scene of the video."""
    camera = f" Camera: {_without_stop(scene.camera)}." if scene.camera.strip() else ""
    tail = f"{camera} {write_look(storyboard)}".rstrip()
    return f"{_without_stop(scene.prompt)[: PROMPT_MAX - len(tail) - 1]}.{tail}"


def write_look(storyboard: Storyboard) -> str:
    """The phrases that hold the scenes together: who is seen, in which style, in which colours."""
    parts = (
        ("The same in every scene", storyboard.subject),
        ("Style", storyboard.style),
        ("Colour palette", ", ".join(storyboard.palette)),
    )
    return " ".join(f"{name}: {_without_stop(text)}." for name, text in parts if text.strip())[:LOOK_MAX]


def _build_scene(request: JobRequest, number: int, cut: Cut, room: Room, scene: PlannedScene) -> Scene:
    return Scene(
        number=number,
        prompt=scene.prompt.strip()[:SCENE_PROMPT_MAX],
        clip_duration_s=cut.clip_duration_s,
        kept_frames=cut.kept_frames,
        transition=_choose_transition(cut, scene.transition),
        seed=derive_seed(request.seed, number),
        camera=scene.camera.strip()[:CAMERA_MAX],
        narration=fit_narration(scene.narration, room),
    )


def _choose_transition(cut: Cut, wished: str) -> Transition:
    """The planner's, where it takes as many frames as the cut was made for."""
    text = wished.strip().lower()
    found = Transition(text) if text in Transition._value2member_map_ else cut.transition
    return found if found.frames == cut.transition.frames else cut.transition


def _without_stop(text: str) -> str:
    return text.strip().rstrip(".")
