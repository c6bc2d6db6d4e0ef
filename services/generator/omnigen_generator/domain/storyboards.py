"""A storyboard from a plan's words and the frame arithmetic."""

from collections.abc import Sequence
from typing import Final

from omnigen_generator.domain.cuts import Cut
from omnigen_generator.domain.prompting import PlannedScene, PlannedVideo
from omnigen_generator.domain.seeds import derive_seed
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.storyboard import PlannedBy, Scene, Storyboard

PROMPT_MAX: Final = 2000
LOOK_MAX: Final = 700


def build_storyboard(request: JobRequest, cuts: Sequence[Cut], plan: PlannedVideo, by: PlannedBy) -> Storyboard:
    """Texts cut to what the contract allows; style and palette carried into each scene's prompt."""
    style = (request.style or plan.style)[:500]
    palette = tuple(colour.strip()[:60] for colour in plan.palette if colour.strip())[:6]
    look = _write_look(style, palette)
    scenes = zip(cuts, plan.scenes, strict=True)
    return Storyboard(
        title=plan.title[:200],
        style=style,
        palette=palette,
        music_prompt=plan.music_prompt[:600],
        planned_by=by,
        scenes=tuple(
            Scene(
                number=number,
                prompt=_write_prompt(scene, look),
                clip_duration_s=cut.clip_duration_s,
                kept_frames=cut.kept_frames,
                seed=derive_seed(request.seed, number),
                narration=scene.narration[:500],
            )
            for number, (cut, scene) in enumerate(scenes, start=1)
        ),
    )


def _write_look(style: str, palette: tuple[str, ...]) -> str:
    colours = f" Colour palette: {', '.join(palette)}." if palette else ""
    return f"Style, the same in every scene: {style}.{colours}"[:LOOK_MAX]


def _write_prompt(scene: PlannedScene, look: str) -> str:
    camera = f" Camera: {scene.camera.strip().rstrip('.')[:200]}." if scene.camera.strip() else ""
    tail = f"{camera} {look}"
    picture = scene.prompt.strip().rstrip(".")[: PROMPT_MAX - len(tail) - 1]
    return f"{picture}.{tail}"
