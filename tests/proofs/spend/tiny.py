"""A model that is in no shipped catalogue: its clips and videos are small, so that a run is busy with the protocol.

A job of it is two clips of 3 s at 256x144: the shortest video that can be ordered has 5 s.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from unittest.mock import patch

from omnigen_generator.domain import segments
from omnigen_shared.contracts.catalogue import VIDEO_MODELS, Offer, VideoModel
from omnigen_shared.contracts.catalogue.entries import VideoInputs
from omnigen_shared.contracts.media import AspectRatio, FrameSize, Resolution, frame_size

SIZE: Final = FrameSize(256, 144)
TINY: Final = VideoModel(
    name="omnigen/tiny",
    inputs=VideoInputs(aspect_ratio="aspect_ratio", seed="seed", start_frame="image"),
    durations_s=(3,),
    aspects=(AspectRatio.LANDSCAPE,),
    offers={Resolution.P480: Offer(delivered="480p", price_microusd_per_s=1_000)},
    typical_latency_s=2,
)
ORDER: Final = {"model": TINY.name, "duration_s": 5, "resolution": "480p"}


@contextmanager
def offer_tiny() -> Iterator[None]:
    """In this process the catalogue has it, and every landscape is of its size, until the block ends."""
    with patch.dict(VIDEO_MODELS, {TINY.name: TINY}), patch.object(segments, "frame_size", _choose_size):
        yield


def _choose_size(aspect: AspectRatio, resolution: Resolution) -> FrameSize:
    return SIZE if aspect is AspectRatio.LANDSCAPE else frame_size(aspect, resolution)
