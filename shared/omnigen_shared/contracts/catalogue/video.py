"""The video models."""

from typing import Final

from omnigen_shared.contracts.catalogue.entries import Offer, VideoInputs, VideoModel
from omnigen_shared.contracts.media import AspectRatio, Resolution

ALL_ASPECTS: Final = tuple(AspectRatio)
_WIDE: Final = (AspectRatio.LANDSCAPE,)
_SMALL, _HD, _FULL = Resolution
_TO_TWELVE: Final = tuple(range(2, 13))


def _offer(delivered: str, price_microusd_per_s: int) -> Offer:
    return Offer(delivered=delivered, told=delivered, price_microusd_per_s=price_microusd_per_s)


def _fixed(delivered: str, price_microusd_per_s: int) -> Offer:
    """Of a model that has no choice of resolution."""
    return Offer(delivered=delivered, price_microusd_per_s=price_microusd_per_s)


SEEDANCE_PRO_FAST: Final = VideoModel(
    name="bytedance/seedance-1-pro-fast",
    inputs=VideoInputs(resolution="resolution", aspect_ratio="aspect_ratio", seed="seed", start_frame="image"),
    durations_s=_TO_TWELVE,
    aspects=ALL_ASPECTS,
    offers={_SMALL: _offer("480p", 15_000), _HD: _offer("720p", 25_000), _FULL: _offer("1080p", 60_000)},
    typical_latency_s=30,
)
SEEDANCE_LITE: Final = VideoModel(
    name="bytedance/seedance-1-lite",
    inputs=VideoInputs(
        resolution="resolution",
        aspect_ratio="aspect_ratio",
        seed="seed",
        start_frame="image",
        last_frame="last_frame_image",
        reference_images="reference_images",
    ),
    durations_s=_TO_TWELVE,
    aspects=ALL_ASPECTS,
    offers={_SMALL: _offer("480p", 18_000), _HD: _offer("720p", 36_000), _FULL: _offer("1080p", 72_000)},
    typical_latency_s=45,
)
SEEDANCE_1_5_PRO: Final = VideoModel(
    name="bytedance/seedance-1.5-pro",
    inputs=VideoInputs(aspect_ratio="aspect_ratio", seed="seed", start_frame="image", last_frame="last_frame_image"),
    durations_s=_TO_TWELVE,
    aspects=ALL_ASPECTS,
    offers={_SMALL: _fixed("720p", 26_000), _HD: _fixed("720p", 26_000)},
    constants={"generate_audio": False},
    typical_latency_s=60,
)
HAILUO: Final = VideoModel(
    name="minimax/hailuo-2.3",
    inputs=VideoInputs(resolution="resolution", start_frame="first_frame_image"),
    durations_s=(6, 10),
    aspects=_WIDE,
    offers={_HD: _offer("768p", 46_600), _FULL: _offer("1080p", 81_600)},
    typical_latency_s=90,
)
HAILUO_FAST: Final = VideoModel(
    name="minimax/hailuo-2.3-fast",
    inputs=VideoInputs(resolution="resolution", start_frame="first_frame_image"),
    durations_s=(6, 10),
    aspects=_WIDE,
    offers={_HD: _offer("768p", 31_600), _FULL: _offer("1080p", 55_000)},
    needs_start_frame=True,
    typical_latency_s=60,
)
KLING: Final = VideoModel(
    name="kwaivgi/kling-v2.5-turbo-pro",
    inputs=VideoInputs(
        aspect_ratio="aspect_ratio",
        negative_prompt="negative_prompt",
        start_frame="start_image",
        last_frame="end_image",
    ),
    durations_s=(5, 10),
    aspects=(AspectRatio.LANDSCAPE, AspectRatio.PORTRAIT, AspectRatio.SQUARE),
    offers={_HD: _fixed("1080p", 70_000), _FULL: _fixed("1080p", 70_000)},
    typical_latency_s=120,
)
VEO_FAST: Final = VideoModel(
    name="google/veo-3.1-fast",
    inputs=VideoInputs(
        resolution="resolution",
        aspect_ratio="aspect_ratio",
        seed="seed",
        negative_prompt="negative_prompt",
        start_frame="image",
        last_frame="last_frame",
    ),
    durations_s=(4, 6, 8),
    aspects=(AspectRatio.LANDSCAPE, AspectRatio.PORTRAIT),
    offers={_HD: _offer("720p", 100_000), _FULL: _offer("1080p", 100_000)},
    constants={"generate_audio": False},
    typical_latency_s=75,
)
WAN: Final = VideoModel(
    name="wan-video/wan-2.7-t2v",
    inputs=VideoInputs(
        resolution="resolution", aspect_ratio="aspect_ratio", seed="seed", negative_prompt="negative_prompt"
    ),
    durations_s=tuple(range(2, 16)),
    aspects=ALL_ASPECTS,
    offers={_HD: _offer("720p", 100_000), _FULL: _offer("1080p", 100_000)},
    typical_latency_s=90,
)
PIXVERSE: Final = VideoModel(
    name="pixverse/pixverse-v5.6",
    inputs=VideoInputs(
        resolution="quality",
        seed="seed",
        negative_prompt="negative_prompt",
        start_frame="image",
        last_frame="last_frame_image",
    ),
    durations_s=(5, 8, 10),
    aspects=_WIDE,
    offers={_SMALL: _offer("540p", 70_000), _HD: _offer("720p", 100_000), _FULL: _offer("1080p", 150_000)},
    typical_latency_s=60,
)
LTX_FAST: Final = VideoModel(
    name="lightricks/ltx-2.3-fast",
    inputs=VideoInputs(resolution="resolution", start_frame="image", last_frame="last_frame_image"),
    durations_s=tuple(range(6, 21, 2)),
    aspects=_WIDE,
    offers={_HD: _offer("1080p", 40_000), _FULL: _offer("1080p", 40_000)},
    typical_latency_s=30,
)
TABLE: Final = (
    SEEDANCE_PRO_FAST,
    SEEDANCE_LITE,
    SEEDANCE_1_5_PRO,
    HAILUO,
    HAILUO_FAST,
    KLING,
    VEO_FAST,
    WAN,
    PIXVERSE,
    LTX_FAST,
)
"""The first one is the default."""
