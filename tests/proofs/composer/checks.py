"""What a strict player and a strict meter find in a finished video, as goals."""

import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import av
from bench.goals import Scoreboard
from tests.fakes.footage import decode_strictly, meter

from omnigen_composer.domain.recipes import TIMESCALE
from omnigen_shared.contracts.media import FPS

PARAMETER_SETS: Final = frozenset({7, 8})
"""NAL units of H.264 that may stand in the header only."""


class Timing(NamedTuple):
    """Of the packets, in the video stream's own time base, and where each stream ends, in seconds."""

    gaps: set[int]
    is_decoded_in_order: bool
    frames: int
    has_parameter_sets_inside: bool
    video_s: float
    audio_s: float


def check_film(board: Scoreboard, name: str, video: Path, total_frames: int, *, has_sound: bool = True) -> None:
    """Each promise is a goal called after the case."""
    found = read_timing(video)
    board.expect_equal(f"{name}.frames", found.frames, total_frames)
    board.expect_equal(f"{name}.gaps", sorted(found.gaps), [TIMESCALE // FPS])
    board.expect_equal(f"{name}.decode_times_rise", found.is_decoded_in_order, True)
    board.expect_equal(f"{name}.sample_descriptions", video.read_bytes().count(b"avcC"), 1)
    board.expect_equal(f"{name}.parameter_sets_inside", found.has_parameter_sets_inside, False)
    board.expect_equal(f"{name}.decodes_strictly", _decodes_strictly(video), True)
    board.expect_at_most(f"{name}.ends_apart_s", round(abs(found.video_s - found.audio_s), 4), round(1 / FPS, 4))
    if has_sound:
        integrated, peak = meter(video)
        board.expect_at_most(f"{name}.loudness_off_lu", round(abs(integrated + 14), 2), 0.5)
        board.expect_at_most(f"{name}.true_peak_dbtp", peak, -1)


def read_timing(video: Path) -> Timing:
    """Every packet is looked at, none decoded."""
    with av.open(str(video)) as container:
        pictures, sound = container.streams.video[0], container.streams.audio[0]
        packets = [packet for packet in container.demux(pictures) if packet.size]
        presented = sorted(packet.pts for packet in packets if packet.pts is not None)
        decoded = [packet.dts for packet in packets if packet.dts is not None]
        return Timing(
            gaps={later - earlier for earlier, later in pairwise(presented)},
            is_decoded_in_order=all(later > earlier for earlier, later in pairwise(decoded)),
            frames=len(presented),
            has_parameter_sets_inside=any(not PARAMETER_SETS.isdisjoint(_list_units(bytes(p))) for p in packets),
            video_s=float((pictures.duration or 0) * (pictures.time_base or 0)),
            audio_s=float((sound.duration or 0) * (sound.time_base or 0)),
        )


def _list_units(packet: bytes) -> Iterator[int]:
    """The types of the NAL units in a packet, each with its length in front."""
    at = 0
    while at + 4 < len(packet):
        yield packet[at + 4] & 31
        at += 4 + int.from_bytes(packet[at : at + 4], "big")


def _decodes_strictly(video: Path) -> bool:
    try:
        decode_strictly(video)
    except (AssertionError, subprocess.CalledProcessError):
        return False
    return True
