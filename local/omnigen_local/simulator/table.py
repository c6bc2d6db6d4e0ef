"""The simulator's own table of models and prices (micro-dollars). It is never read from, or by, OmniGen's catalogue."""

from typing import Final

from omnigen_local.simulator.models import Kind, Model, Unit
from omnigen_local.simulator.parameters import Choice, File, Files, Flag, Number, Parameter, Text, Whole
from omnigen_local.simulator.sizes import (
    ASPECTS,
    shapes_by_height,
    shapes_by_table,
    without_aspect,
    without_resolution,
)

SEED: Final = Whole(0, 2**31 - 1)
PROMPT: Final = Text(required=True)
NEGATIVE: Final = Text()
HD: Final = ("480p", "720p", "1080p")
WAN_ASPECTS: Final = ("16:9", "9:16", "1:1", "4:3", "3:4")


def _seedance(name: str, images: dict[str, Parameter], prices: tuple[int, int, int]) -> Model:
    return Model(
        name=f"bytedance/{name}",
        kind=Kind.VIDEO,
        parameters={
            "prompt": PROMPT,
            **images,
            "duration": Whole(2, 12, default=5),
            "resolution": Choice(HD, "1080p" if name.endswith("fast") else "720p"),
            "aspect_ratio": Choice(ASPECTS, "16:9"),
            "seed": SEED,
        },
        price_microusd=dict(zip(HD, prices, strict=True)),
        priced_by="resolution",
        unit=Unit.SECOND,
        shapes=shapes_by_table(HD, ASPECTS),
        first_picture_field="image",
        last_picture_field="last_frame_image" if "last_frame_image" in images else "",
    )


def _hailuo(name: str, *, needs_picture: bool, prices: tuple[int, int]) -> Model:
    return Model(
        name=f"minimax/{name}",
        kind=Kind.VIDEO,
        parameters={
            "prompt": PROMPT,
            "first_frame_image": File(required=needs_picture),
            "duration": Choice((6, 10), 6),
            "resolution": Choice(("768p", "1080p"), "768p"),
        },
        price_microusd=dict(zip(("768p", "1080p"), prices, strict=True)),
        priced_by="resolution",
        unit=Unit.SECOND,
        shapes=without_aspect(shapes_by_height(("768p", "1080p"))),
        first_picture_field="first_frame_image",
    )


def _speech(name: str, parameters: dict[str, Parameter], price_microusd: int) -> Model:
    return Model(
        name=name,
        kind=Kind.SPEECH,
        parameters={"text": Text(required=True), **parameters},
        price_microusd={"": price_microusd},
        unit=Unit.CHARACTER,
        text_field="text",
    )


def _music(name: str, parameters: dict[str, Parameter], price_microusd: int, length_s: int | None) -> Model:
    return Model(
        name=name,
        kind=Kind.MUSIC,
        parameters={"prompt": PROMPT, **parameters},
        price_microusd={"": price_microusd},
        unit=Unit.RUN,
        length_s=length_s,
    )


_MODELS: Final = (
    _seedance(
        "seedance-1-lite",
        {"image": File(), "last_frame_image": File(), "reference_images": Files(4)},
        (18_000, 36_000, 72_000),
    ),
    _seedance("seedance-1-pro-fast", {"image": File()}, (15_000, 25_000, 60_000)),
    Model(
        name="bytedance/seedance-1.5-pro",
        kind=Kind.VIDEO,
        parameters={
            "prompt": PROMPT,
            "image": File(),
            "last_frame_image": File(),
            "generate_audio": Flag(default=False),
            "duration": Whole(2, 12, default=5),
            "aspect_ratio": Choice(ASPECTS, "16:9"),
            "seed": SEED,
        },
        price_microusd={"false": 26_000, "true": 52_000},
        priced_by="generate_audio",
        unit=Unit.SECOND,
        shapes=without_resolution(shapes_by_table(("720p",), ASPECTS)),
        first_picture_field="image",
        last_picture_field="last_frame_image",
    ),
    _hailuo("hailuo-2.3", needs_picture=False, prices=(46_600, 81_600)),
    _hailuo("hailuo-2.3-fast", needs_picture=True, prices=(31_600, 55_000)),
    Model(
        name="kwaivgi/kling-v2.5-turbo-pro",
        kind=Kind.VIDEO,
        parameters={
            "prompt": PROMPT,
            "negative_prompt": NEGATIVE,
            "start_image": File(),
            "end_image": File(),
            "duration": Choice((5, 10), 5),
            "aspect_ratio": Choice(("16:9", "9:16", "1:1"), "16:9"),
        },
        price_microusd={"": 70_000},
        unit=Unit.SECOND,
        shapes=without_resolution(shapes_by_table(("1080p",), ("16:9", "9:16", "1:1"))),
        first_picture_field="start_image",
        last_picture_field="end_image",
    ),
    Model(
        name="google/veo-3.1-fast",
        kind=Kind.VIDEO,
        parameters={
            "prompt": PROMPT,
            "negative_prompt": NEGATIVE,
            "image": File(),
            "last_frame": File(),
            "generate_audio": Flag(default=True),
            "duration": Choice((4, 6, 8), 8),
            "resolution": Choice(("720p", "1080p"), "1080p"),
            "aspect_ratio": Choice(("16:9", "9:16"), "16:9"),
            "seed": SEED,
        },
        price_microusd={"false": 100_000, "true": 150_000},
        priced_by="generate_audio",
        unit=Unit.SECOND,
        shapes=shapes_by_height(("720p", "1080p"), ("16:9", "9:16")),
        first_picture_field="image",
        last_picture_field="last_frame",
    ),
    Model(
        name="wan-video/wan-2.7-t2v",
        kind=Kind.VIDEO,
        parameters={
            "prompt": PROMPT,
            "negative_prompt": NEGATIVE,
            "audio": File(),
            "duration": Whole(2, 15, default=5),
            "resolution": Choice(("720p", "1080p"), "720p"),
            "aspect_ratio": Choice(WAN_ASPECTS, "16:9"),
            "seed": SEED,
        },
        price_microusd={"": 100_000},
        unit=Unit.SECOND,
        shapes=shapes_by_table(("720p", "1080p"), WAN_ASPECTS),
    ),
    Model(
        name="pixverse/pixverse-v5.6",
        kind=Kind.VIDEO,
        parameters={
            "prompt": PROMPT,
            "negative_prompt": NEGATIVE,
            "image": File(),
            "last_frame_image": File(),
            "duration": Choice((5, 8, 10), 5),
            "quality": Choice(("360p", "540p", "720p", "1080p"), "540p"),
            "seed": SEED,
        },
        price_microusd={"360p": 70_000, "540p": 70_000, "720p": 100_000, "1080p": 150_000},
        priced_by="quality",
        unit=Unit.SECOND,
        shapes=without_aspect(shapes_by_height(("360p", "540p", "720p", "1080p"))),
        size_fields=("quality", ""),
        first_picture_field="image",
        last_picture_field="last_frame_image",
    ),
    Model(
        name="lightricks/ltx-2.3-fast",
        kind=Kind.VIDEO,
        parameters={
            "prompt": PROMPT,
            "image": File(),
            "last_frame_image": File(),
            "duration": Choice(tuple(range(6, 21, 2)), 6),
            "resolution": Choice(("1080p", "2k", "4k"), "1080p"),
        },
        price_microusd={"1080p": 40_000, "2k": 80_000, "4k": 160_000},
        priced_by="resolution",
        unit=Unit.SECOND,
        shapes=without_aspect(shapes_by_height(("1080p", "2k", "4k"))),
        first_picture_field="image",
        last_picture_field="last_frame_image",
    ),
    _music("minimax/music-1.5", {"lyrics": Text()}, 30_000, 60),
    _music("google/lyria-3", {}, 40_000, 30),
    _music("stability-ai/stable-audio-2.5", {"duration": Whole(1, 190, default=190), "seed": SEED}, 200_000, None),
    _speech(
        "minimax/speech-02-turbo",
        {
            "voice_id": Text(default="Wise_Woman"),
            "speed": Number(0.5, 2, default=1.0),
            "pitch": Whole(-12, 12, default=0),
            "volume": Number(0, 10, default=1.0),
            "emotion": Text(default="auto"),
            "subtitle_enable": Flag(default=False),
        },
        60,
    ),
    _speech("resemble-ai/chatterbox-turbo", {"voice": Text(default="Andy"), "seed": SEED}, 25),
    _speech("inworld/tts-1.5-max", {}, 10),
    Model(
        name="openai/gpt-4o-mini",
        kind=Kind.LANGUAGE,
        parameters={
            "prompt": PROMPT,
            "system_prompt": Text(),
            "temperature": Number(0, 2, default=1.0),
            "max_completion_tokens": Whole(1, 16_384, default=4_096),
        },
        price_microusd={"": 10_000},
        unit=Unit.RUN,
    ),
)
MODELS: Final = {model.name: model for model in _MODELS}

TINY: Final = Model(
    name="omnigen/tiny",
    kind=Kind.VIDEO,
    parameters={
        "prompt": PROMPT,
        "image": File(),
        "duration": Whole(1, 12, default=2),
        "aspect_ratio": Choice(("16:9", "9:16", "1:1"), "16:9"),
        "seed": SEED,
    },
    price_microusd={"": 1_000},
    unit=Unit.SECOND,
    shapes=without_resolution(shapes_by_height(("144p",), ("16:9", "9:16", "1:1"))),
    first_picture_field="image",
)
"""Not one of the provider's: 256x144 clips for tests that need hundreds of them. Served only when asked for."""
