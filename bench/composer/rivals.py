"""The same cut as others make it: moviepy, one FFmpeg graph, and FFmpeg's own copy of streams that are ready."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.composer.corpus import CLIP_S, FFMPEG, KEPT_FRAMES, Corpus, run
from bench.composer.measuring import Cost, run_measured
from omnigen_shared.contracts.media import FPS, TRANSITION_FRAMES

MOVIEPY: Final = Path(".venv-bench/bin/python").absolute()
FADE_S: Final = TRANSITION_FRAMES / FPS
_X264: Final = ("-c:v", "libx264", "-preset", "fast", "-crf", "23")
_LOSSLESS: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "0")
_SCALING: Final = "flags=bicubic:out_range=tv:out_color_matrix=bt709"
_SOUND: Final = ("-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart")


def cut_with_moviepy(corpus: Corpus, video: Path) -> Cost:
    """Its usual recipe: clips crossfaded by compositing, music beneath."""
    plan = {
        "clips": [str(path) for path in corpus.clips],
        "music": str(corpus.music),
        "size": list(corpus.size),
        "clip_s": CLIP_S,
        "fade_s": FADE_S,
        "fps": FPS,
        "video": str(video),
    }
    script = Path(__file__).with_name("moviepy_cut.py")
    environment = ["env", f"IMAGEIO_FFMPEG_EXE={FFMPEG}"]
    return run_measured([*environment, str(MOVIEPY), str(script), json.dumps(plan)], corpus.folder)


def cut_in_one_graph(corpus: Corpus, video: Path) -> Cost:
    """All clips into one filter graph, one encode."""
    return run_measured(_one_graph(corpus, [*_X264, *_SOUND], video), corpus.folder)


def copy_streams(listing: Path, soundtrack: Path, video: Path) -> Cost:
    """The floor: segments that are ready behind each other, sound beside them, index in front."""
    inputs = ["-f", "concat", "-safe", "0", "-i", str(listing), "-i", str(soundtrack)]
    outputs = ["-map", "0:v", "-map", "1:a", "-c", "copy", "-movflags", "+faststart", str(video)]
    return run_measured([FFMPEG, "-y", "-v", "error", *inputs, *outputs], listing.parent)


def make_reference(corpus: Corpus, video: Path) -> None:
    """The same graph without loss, for others to be compared with."""
    run(*_one_graph(corpus, [*_LOSSLESS, "-an"], video)[1:])


def _one_graph(corpus: Corpus, encoder: list[str], video: Path) -> list[str]:
    inputs = [argument for path in (*corpus.clips, corpus.music) for argument in ("-i", str(path))]
    has_sound = "-an" not in encoder
    graph = ";".join((*_pictures(corpus), *(_sounds(corpus) if has_sound else ())))
    sound = ["-map", "[sound]"] if has_sound else []
    return [
        FFMPEG,
        "-y",
        "-v",
        "error",
        *inputs,
        "-filter_complex",
        graph,
        "-map",
        "[video]",
        *sound,
        *encoder,
        str(video),
    ]


def _pictures(corpus: Corpus) -> Iterator[str]:
    size = f"{corpus.size.width}:{corpus.size.height}"
    fit = f"scale={size}:force_original_aspect_ratio=decrease:reset_sar=1:{_SCALING}"
    for number in range(len(corpus.clips)):
        yield (
            f"[{number}:v]fps={FPS},tpad=stop_mode=clone:stop=15,trim=end_frame={KEPT_FRAMES},setpts=PTS-STARTPTS,{fit},"
            f"pad={size}:-1:-1,setsar=1,format=yuv420p,settb=1/{FPS}[v{number}]"
        )
    shown = "[v0]"
    for number in range(1, len(corpus.clips)):
        last = number == len(corpus.clips) - 1
        mixed = "[video]" if last else f"[x{number}]"
        yield f"{shown}[v{number}]xfade=duration={FADE_S}:offset={corpus.get_start_s(number):.6f}{mixed}"
        shown = mixed


def _sounds(corpus: Corpus) -> Iterator[str]:
    total_s = corpus.total_frames / FPS
    heard = [number for number, has_sound in enumerate(corpus.with_sound) if has_sound]
    for number in heard:
        yield (
            f"[{number}:a]aresample=48000,aformat=channel_layouts=stereo,atrim=end={CLIP_S},"
            f"afade=t=in:d={FADE_S},afade=t=out:st={CLIP_S - FADE_S}:d={FADE_S},"
            f"adelay={round(corpus.get_start_s(number) * 1000)}:all=1[a{number}]"
        )
    yield f"[{len(corpus.clips)}:a]aresample=48000,aloop=loop=-1:size=2000000000,atrim=end={total_s},volume=0.5[m]"
    labels = "".join(f"[a{number}]" for number in heard)
    yield f"[m]{labels}amix=inputs={len(heard) + 1}:normalize=0:duration=longest,atrim=end={total_s}[sound]"
