"""What a job can cost and how long it may take, from the catalogue, before anything is planned.

Clips are ordered in whole seconds, and each crossfade shows half a second of two clips at once. A video of F frames in
n clips therefore needs F + 15 (n - 1) frames, and a planner that rounds up once pays for

    paid_s(n) = max(n x shortest clip, (F + 15 (n - 1)) / 30 rounded up)

which grows with n. The estimate takes the most clips that a planner makes, the certain part the fewest that the model
allows; both hold the planner's own call at its ceiling. The ceiling pays for clips that have to be made again: a share
of all of them, and in a short video the longest one in any case.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from omnigen_shared.contracts.catalogue import MUSIC_MODEL, PLANNER_MODEL, VideoModel
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.media import FPS, TRANSITION_FRAMES

SHORTEST_SHOT_S: Final = 4
"""A planner makes no more clips than would be this long on average, unless the model's own are shorter."""
ALLOWANCE_PERCENT: Final = 25


@dataclass(frozen=True, slots=True)
class Estimate:
    """Micro-dollars: what it costs at least, what it is expected to cost at most, and with clips made again."""

    certain_microusd: int
    estimate_microusd: int
    ceiling_microusd: int


def estimate_cost(request: JobRequest, model: VideoModel) -> Estimate:
    """The cost of a request that the model can do."""
    per_s = model.price_microusd_per_s[request.resolution]
    others = PLANNER_MODEL.ceiling_microusd + (MUSIC_MODEL.price_microusd if request.music else 0)
    fewest = _fewest_clips(request.duration_s, model.max_duration_s)
    most = max(fewest, _most_clips(request.duration_s, min(SHORTEST_SHOT_S, model.max_duration_s)))
    clips_s = _paid_s(request.duration_s, most, model)
    one_more_s = max(_with_one_more_s(request.duration_s, clips, model) for clips in range(fewest, most + 1))
    clips = per_s * clips_s
    return Estimate(
        certain_microusd=per_s * _paid_s(request.duration_s, fewest, model) + others,
        estimate_microusd=clips + others,
        ceiling_microusd=max(clips + clips * ALLOWANCE_PERCENT // 100, per_s * one_more_s) + others,
    )


def time_to_finish(request: JobRequest, model: VideoModel, margin: timedelta) -> timedelta:
    """How long a job may take: planner, then clips side by side, music, and the margin for all else."""
    music_s = MUSIC_MODEL.typical_latency_s if request.music else 0
    return timedelta(seconds=PLANNER_MODEL.typical_latency_s + model.typical_latency_s + music_s) + margin


def _fewest_clips(duration_s: int, longest_clip_s: int) -> int:
    """The least n with n x longest >= duration + the crossfades' overlap."""
    return -(-(duration_s * FPS - TRANSITION_FRAMES) // (longest_clip_s * FPS - TRANSITION_FRAMES))


def _most_clips(duration_s: int, shortest_shot_s: int) -> int:
    """The greatest n with n x shortest <= duration + the crossfades' overlap, rounded up to whole seconds."""
    rounding = FPS - 1
    return (duration_s * FPS - TRANSITION_FRAMES + rounding) // (shortest_shot_s * FPS - TRANSITION_FRAMES)


def _paid_s(duration_s: int, clips: int, model: VideoModel) -> int:
    frames = duration_s * FPS + TRANSITION_FRAMES * (clips - 1)
    return max(clips * model.min_duration_s, -(-frames // FPS))


def _with_one_more_s(duration_s: int, clips: int, model: VideoModel) -> int:
    """All clips, and the longest of them a second time: seconds are shared out evenly."""
    paid_s = _paid_s(duration_s, clips, model)
    return paid_s + -(-paid_s // clips)
