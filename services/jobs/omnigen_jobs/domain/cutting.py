"""Frame arithmetic: into which clips a video of a given length is cut.

A clip has one of the lengths that its model sells, in whole seconds; the finished video is exact to the frame. What two
scenes show at once in a transition is needed twice; what the clips' seconds give too much is trimmed at the tails, at
most MAX_TAIL_FRAMES of each clip.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from omnigen_shared.contracts.media import FPS, TRANSITION_FRAMES, Transition
from omnigen_shared.contracts.storyboard import Category, Cut, Scene

MAX_SCENES: Final = 60
MIN_KEPT_FRAMES: Final = TRANSITION_FRAMES * 2 + 1
MAX_TAIL_FRAMES: Final = 5 * FPS
_UNREACHABLE: Final = MAX_SCENES + 1


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a kind of video likes: shots of so many seconds, joined like this."""

    shortest_s: int
    longest_s: int
    transition: Transition


RHYTHMS: Final = {
    Category.AD_CREATIVE: Rhythm(4, 6, Transition.FADE),
    Category.MUSIC_VIDEO: Rhythm(3, 5, Transition.CUT),
    Category.EXPLAINER: Rhythm(5, 8, Transition.FADE),
}


def plan_cuts(frames: int, lengths_s: tuple[int, ...], rhythm: Rhythm) -> tuple[Cut, ...]:
    """Clips that make exactly so many frames, out of the lengths (ascending, 2 and more) that a model sells.

    Of all numbers of clips that fit: shots of a good length first, then the fewest paid seconds, then the fewest frames
    thrown away. ValueError when no number of clips fits.
    """
    for count in _by_preference(frames, lengths_s, rhythm):
        plan = fit_cuts(frames, lengths_s, [rhythm.transition] * (count - 1))
        if plan is not None:
            return plan
    raise ValueError(f"{frames} frames cannot be cut into clips of {', '.join(map(str, lengths_s))} s")


def fit_cuts(frames: int, lengths_s: tuple[int, ...], transitions: Sequence[Transition]) -> tuple[Cut, ...] | None:
    """One clip more than there are transitions, with the fewest paid seconds; None when they cannot make the frames."""
    count = len(transitions) + 1
    needed = frames + sum(transition.frames for transition in transitions)
    chosen = _choose_lengths(count, -(-needed // FPS), lengths_s)
    trims = None if chosen is None else _share_trim(sum(chosen) * FPS - needed, chosen)
    if chosen is None or trims is None:
        return None
    rows = zip(chosen, trims, [*transitions, Transition.CUT], strict=True)
    return tuple(
        Cut(clip_duration_s=length_s, kept_frames=length_s * FPS - trim, transition=transition)
        for length_s, trim, transition in rows
    )


def recut(scenes: Sequence[Scene], lengths_s: Sequence[int]) -> tuple[Scene, ...]:
    """The scenes, each with the clip that a model sells for it. ValueError names one that it has none for."""
    fitted = []
    for scene in scenes:
        length_s = shortest_clip_s(scene.kept_frames, lengths_s)
        if length_s is None:
            raise ValueError(f"scene {scene.number} shows {scene.kept_frames / FPS:.3f} s")
        fitted.append(scene.model_copy(update={"clip_duration_s": length_s}))
    return tuple(fitted)


def shortest_clip_s(kept_frames: int, lengths_s: Sequence[int]) -> int | None:
    """The clip that is bought for a shot of so many frames; None when none is long enough, or all waste too much."""
    length_s = next((length for length in lengths_s if length * FPS >= kept_frames), None)
    return None if length_s is None or length_s * FPS - kept_frames > MAX_TAIL_FRAMES else length_s


def _by_preference(frames: int, lengths_s: tuple[int, ...], rhythm: Rhythm) -> list[int]:
    """Numbers of clips whose seconds can reach the frames, the best liked first."""
    ranked = []
    for count in range(1, MAX_SCENES + 1):
        needed = frames + (count - 1) * rhythm.transition.frames
        extra_s = _least_extra_s(count, -(-needed // FPS), lengths_s)
        if extra_s is not None:
            ranked.append((_rank(count, count * lengths_s[0] + extra_s, needed, rhythm), count))
    return [count for _, count in sorted(ranked)]


def _rank(count: int, paid_s: int, needed: int, rhythm: Rhythm) -> tuple[float, int, int, float]:
    shot_s = paid_s / count
    outside_s = max(rhythm.shortest_s - shot_s, shot_s - rhythm.longest_s, 0.0)
    return outside_s, paid_s, paid_s * FPS - needed, abs(shot_s - (rhythm.shortest_s + rhythm.longest_s) / 2)


def _choose_lengths(count: int, least_s: int, lengths_s: tuple[int, ...]) -> list[int] | None:
    """The least sum of `count` lengths that is not below least_s, made as evenly as it can be; longer ones last."""
    extra_s = _least_extra_s(count, least_s, lengths_s)
    return None if extra_s is None else sorted(_share_extra(extra_s, count, lengths_s))


def _least_extra_s(count: int, least_s: int, lengths_s: tuple[int, ...]) -> int | None:
    """By how much the least such sum exceeds that of the shortest clips alone."""
    fewest = _fewest_longer(lengths_s)
    wanted_s = max(least_s - count * lengths_s[0], 0)
    most_s = count * (lengths_s[-1] - lengths_s[0])
    return next((sum_s for sum_s in range(wanted_s, most_s + 1) if fewest[sum_s] <= count), None)


def _share_extra(extra_s: int, count: int, lengths_s: tuple[int, ...]) -> Iterator[int]:
    """Lengths with so many seconds more than the shortest ones, each as near to its share as the others allow."""
    fewest = _fewest_longer(lengths_s)
    shares = {length: length - lengths_s[0] for length in lengths_s}
    for left in range(count, 0, -1):
        fitting = [length for length, share in shares.items() if share <= extra_s and fewest[extra_s - share] < left]
        taken = min(fitting, key=lambda length: abs(shares[length] * left - extra_s))
        extra_s -= shares[taken]
        yield taken


@lru_cache(maxsize=64)
def _fewest_longer(lengths_s: tuple[int, ...]) -> list[int]:
    """For each sum of seconds beyond those of the shortest clips, how few longer clips can make it."""
    extras = [length - lengths_s[0] for length in lengths_s[1:]]
    fewest = [0] + [_UNREACHABLE] * (MAX_SCENES * (lengths_s[-1] - lengths_s[0]))
    for sum_s in range(1, len(fewest)):
        fewest[sum_s] = min((fewest[sum_s - extra] + 1 for extra in extras if extra <= sum_s), default=_UNREACHABLE)
    return fewest


def _share_trim(trim: int, chosen: Sequence[int]) -> list[int] | None:
    """The frames that are too many, shared out evenly, the odd ones last; None when it would cost a clip too much."""
    trims = []
    for done, length_s in enumerate(chosen):
        room = min(MAX_TAIL_FRAMES, length_s * FPS - MIN_KEPT_FRAMES)
        trims.append(min(room, trim // (len(chosen) - done)))
        trim -= trims[-1]
    return trims if trim == 0 else None
