"""Makes what a model was asked for: a clip, a piece of music, a voice, or text."""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from omnigen_local.simulator.canonical import rendering_key
from omnigen_local.simulator.faults import Faults, strip_markers
from omnigen_local.simulator.gallery import Gallery, Make
from omnigen_local.simulator.models import Kind, Model
from omnigen_local.simulator.pictures import Picture, PictureLoader
from omnigen_local.simulator.planning.answers import answer
from omnigen_local.simulator.predictions import Output
from omnigen_local.simulator.rendering.ffmpeg import Ffmpeg
from omnigen_local.simulator.rendering.music import music_filters, write_tune
from omnigen_local.simulator.rendering.speech import Utterance, speech_filters
from omnigen_local.simulator.rendering.video import PLAIN, Shot, plan_clip

RECIPE: Final = "2026-11-a"
"""Change it whenever equal input would be drawn differently."""
MP3: Final = ("-map", "[sound]", "-c:a", "libmp3lame", "-compression_level", "9", "-flags:a", "+bitexact")
NOT_MEDIA: Final = b"<html><body>upstream error</body></html>\n"


class Studio:
    """Equal input gives equal bytes, also after the state folder was wiped."""

    def __init__(self, ffmpeg: Ffmpeg, gallery: Gallery, pictures: PictureLoader) -> None:
        self._ffmpeg = ffmpeg
        self._gallery = gallery
        self._pictures = pictures

    async def produce(self, model: Model, values: Mapping[str, Any], faults: Faults) -> Output:
        """The output of a run. RenderError or PictureError when it cannot be made."""
        if model.kind is Kind.LANGUAGE:
            pieces = answer(values["prompt"], values.get("system_prompt", ""), values["max_completion_tokens"], faults)
            return Output(pieces=pieces)
        if model.kind is Kind.VIDEO:
            name = await self._film(model, values, faults.get("wrong_length", 1))
        else:
            name = await self._play(model, values, faults.get("wrong_length", 1))
        if damage := faults.keys() & {"truncated", "no_video"}:
            name = await self._damage(name, 0 if "no_video" in damage else faults["truncated"])
        return Output(file=name, name=f"output{Path(name).suffix}")

    async def _film(self, model: Model, values: Mapping[str, Any], length_share: float) -> str:
        first, last = [
            await self._load(values, field) for field in (model.first_picture_field, model.last_picture_field)
        ]
        named = ((model.first_picture_field, first), (model.last_picture_field, last))
        # A picture is known by its content, wherever it came from.
        known = {**values, **{field: picture.content_hash for field, picture in named if picture is not None}}
        width, height = model.size(values)
        shot = Shot(
            prompt=strip_markers(model.text(values)),
            seed=rendering_key(RECIPE, model.name, {**known, "duration": 0, "resolution": ""}),
            width=width,
            height=height,
            duration_s=values["duration"] * length_share,
            first_picture=first.path if first else None,
            last_picture=last.path if last else None,
            has_sound=bool(values.get("generate_audio")),
        )

        async def make(folder: Path, output: Path) -> None:
            await self._ffmpeg.run(partial(plan_clip, shot, folder, output))

        key = rendering_key(RECIPE, model.name, known, length_share=length_share)
        return await self._gallery.ensure(f"{key}.mp4", make)

    async def _load(self, values: Mapping[str, Any], field: str) -> Picture | None:
        url = values.get(field) if field else None
        return None if url is None else await self._pictures.load(url)

    async def _play(self, model: Model, values: Mapping[str, Any], length_share: float) -> str:
        filters = _write_sound(model, values, length_share)
        bitrate = "128k" if model.kind is Kind.MUSIC else "64k"

        async def make(_: Path, output: Path) -> None:
            arguments = ["-filter_complex", filters, *MP3, "-b:a", bitrate, *PLAIN, str(output)]
            await self._ffmpeg.run(lambda: arguments)

        key = rendering_key(RECIPE, model.name, values, length_share=length_share)
        return await self._gallery.ensure(f"{key}.mp3", make)

    async def _damage(self, name: str, share: float) -> str:
        whole = self._gallery.path(name)

        def make(output: Path) -> None:
            content = whole.read_bytes()
            output.write_bytes(content[: int(len(content) * share)] or NOT_MEDIA)

        damaged: Make = lambda _, output: asyncio.to_thread(make, output)  # noqa: E731 - one line, named by its type
        return await self._gallery.ensure(f"{whole.stem}.{share:g}{whole.suffix}", damaged)


def _write_sound(model: Model, values: Mapping[str, Any], length_share: float) -> str:
    text = strip_markers(model.text(values))
    seed = str(values.get("seed", ""))
    if model.kind is Kind.MUSIC:
        length_s = (model.length_s or values["duration"]) * length_share
        return music_filters(write_tune(f"{text} {values.get('lyrics', '')}", seed), length_s)
    voice = f"{model.name} {values.get('voice_id', values.get('voice', ''))} {seed}"
    pace = float(values.get("speed", 1)) / length_share
    return speech_filters(Utterance(text, voice, pace, float(values.get("pitch", 0))))
