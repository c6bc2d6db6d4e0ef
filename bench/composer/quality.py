"""How near a video comes to the same cut without loss: VMAF over all of it, and the worst SSIM where scenes meet."""

import json
import re
from pathlib import Path
from statistics import fmean
from typing import Final, NamedTuple

from bench.composer.corpus import KEPT_FRAMES, Corpus, run
from omnigen_shared.contracts.media import FPS, TRANSITION_FRAMES

LARGE_PX: Final = 720
EVERY_OF_LARGE: Final = 3


class Quality(NamedTuple):
    vmaf: float
    seam_ssim: float


def compare(corpus: Corpus, video: Path, reference: Path) -> Quality:
    """Frame by frame, by number; of large pictures VMAF looks at every third. RuntimeError when frames are missing."""
    vmaf, ssim = video.with_suffix(".vmaf.json"), video.with_suffix(".ssim.txt")
    step = EVERY_OF_LARGE if corpus.size.height > LARGE_PX else 1
    same = f"format=yuv420p,settb=1/{FPS},setpts=N,split"
    run(
        *("-i", str(video), "-i", str(reference), "-lavfi"),
        f"[0:v]{same}[a][b];[1:v]{same}[c][d];"
        f"[a][c]libvmaf=n_threads=2:n_subsample={step}:log_fmt=json:log_path={vmaf};[b][d]ssim=stats_file={ssim}",
        *("-f", "null", "-"),
    )
    scores = [frame["metrics"]["vmaf"] for frame in json.loads(vmaf.read_text())["frames"]]
    similar = [float(found) for found in re.findall(r" All:(\S+)", ssim.read_text())]
    if len(scores) * step < len(similar) or len(similar) < corpus.total_frames:
        raise RuntimeError(f"{video.name} has {len(similar)} frames to be compared, not {corpus.total_frames}")
    return Quality(fmean(scores), min(similar[frame] for frame in _list_seams(corpus)))


def _list_seams(corpus: Corpus) -> list[int]:
    """Frames of the transitions, one before and one after each."""
    step = KEPT_FRAMES - TRANSITION_FRAMES
    starts = range(step, step * len(corpus.clips), step)
    return [start + offset for start in starts for offset in range(-1, TRANSITION_FRAMES + 1)]
