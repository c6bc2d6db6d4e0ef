"""A clip: its scene, the pictures it starts or ends with, its sound, and how it is encoded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from omnigen_local.simulator.rendering.music import music_filters, write_tune
from omnigen_local.simulator.rendering.scenery import compose_scene
from omnigen_local.simulator.rendering.stage import FPS, Frame, Motion, Stage

# The cheapest preset, at a quality that leaves no trails behind what moves: sent once over loopback, size is no matter.
ENCODER: Final = (
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-qp",
    "17",
    "-x264-params",
    "no-deblock=0",
    "-threads",
    "1",
)
PLAIN: Final = ("-map_metadata", "-1", "-fflags", "+bitexact")
"""Nothing in the file tells when or by what it was made."""
CONTAINER: Final = (*PLAIN, "-movflags", "+faststart")
TAGS: Final = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
COLOURS: Final = "out_range=tv:out_color_matrix=bt709:flags=bicubic+accurate_rnd+full_chroma_int"
FADE_S: Final = 0.9


@dataclass(frozen=True, slots=True)
class Shot:
    """What is asked for. `seed` is any text; pictures are files that FFmpeg reads."""

    prompt: str
    seed: str
    width: int
    height: int
    duration_s: float
    first_picture: Path | None = None
    last_picture: Path | None = None
    has_sound: bool = False


def plan_clip(shot: Shot, folder: Path, output: Path) -> list[str]:
    """FFmpeg's arguments for a clip of exactly duration_s at 24 fps; writes its layers into `folder`."""
    frames = round(shot.duration_s * FPS)
    stage = Stage(folder, Frame(shot.width, shot.height, frames))
    compose_scene(stage, shot.prompt, shot.seed)
    _add_pictures(stage, shot)
    stage.filters.append(f"{stage.picture}{TAGS}[picture]")
    maps = ["-map", "[picture]", "-frames:v", str(frames), *ENCODER, "-flags:v", "+bitexact"]
    if shot.has_sound:
        stage.filters.append(music_filters(write_tune(shot.prompt, shot.seed), frames / FPS))
        maps += ["-map", "[sound]", "-c:a", "aac", "-b:a", "96k", "-flags:a", "+bitexact"]
    return [*stage.inputs, "-filter_complex", ";".join(stage.filters), *maps, *CONTAINER, str(output)]


def _add_pictures(stage: Stage, shot: Shot) -> None:
    """The clip starts as the first picture and ends as the last one, dissolving into the scene."""
    shown = min(shot.duration_s / 3, FADE_S)
    if shot.first_picture is not None:
        fade = f"fade=t=out:st={1 / FPS:.4f}:d={shown:.3f}:alpha=1"
        _add_picture(stage, shot.first_picture, shown, fade, ":eof_action=pass")
    if shot.last_picture is not None:
        start_s = shot.duration_s - shown - 1 / FPS
        fade = f"fade=t=in:st=0:d={shown:.3f}:alpha=1,setpts=PTS+{start_s:.4f}/TB"
        _add_picture(stage, shot.last_picture, shown, fade, "")


def _add_picture(stage: Stage, picture: Path, shown_s: float, fade: str, options: str) -> None:
    source = stage.add_input("-framerate", str(FPS), "-i", str(picture))
    width, height = stage.frame.width, stage.frame.height
    cover = f"scale={width}:{height}:force_original_aspect_ratio=increase:{COLOURS},crop={width}:{height}"
    hold = f"loop=loop={round(shown_s * FPS) + 1}:size=1:start=0,setpts=N/{FPS}/TB"
    stage.lay(f"[{source}:v]{cover},setsar=1,format=yuva420p,{hold},{fade}", Motion("0", "0"), options)
