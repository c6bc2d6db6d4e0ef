"""The sound under a video: music and voices brought to the house's loudness, or silence."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from omnigen_composer.domain import sound, speech
from omnigen_composer.domain.problems import MusicInvalidError, to_sentence
from omnigen_composer.domain.sound import Loudness, Mastering
from omnigen_composer.domain.speech import Line
from omnigen_composer.media.ffmpeg import Ffmpeg, FfmpegError
from omnigen_composer.media.probe import UnreadableError, probe_sound


async def make_soundtrack(ffmpeg: Ffmpeg, music: Path | None, lines: Sequence[Line], frames: int, folder: Path) -> Path:
    """AAC in an MP4, as long as `frames`. MusicInvalidError when the music cannot be read or is empty."""
    soundtrack = folder / "soundtrack.m4a"
    bed = folder / "bed.wav"
    loudness = None if music is None else await _make_bed(ffmpeg, music, frames, bed)
    if lines:
        mix = folder / "mix.wav"
        arguments = speech.mix_args(None if loudness is None else bed, lines, frames, mix)
        bed, loudness = mix, Loudness.parse(await ffmpeg.run(arguments, log_level="info"))
    if loudness is None or loudness.is_silence:
        await ffmpeg.run(sound.silence_args(frames, soundtrack))
    else:
        await _master(ffmpeg, bed, loudness, soundtrack)
    return soundtrack


async def _make_bed(ffmpeg: Ffmpeg, music: Path, frames: int, bed: Path) -> Loudness:
    try:
        await asyncio.to_thread(probe_sound, music)
        return Loudness.parse(await ffmpeg.run(sound.bed_args(music, frames, bed), log_level="info"))
    except (UnreadableError, FfmpegError) as error:
        raise MusicInvalidError(to_sentence(str(error))) from error


async def _master(ffmpeg: Ffmpeg, bed: Path, loudness: Loudness, soundtrack: Path) -> None:
    """Encode, listen to what came out, correct; the limiter and the encoder both change what was aimed at."""
    mastering = Mastering.first(loudness)
    for _ in range(sound.MAX_PASSES):
        await ffmpeg.run(sound.master_args(bed, mastering, soundtrack))
        heard = Loudness.parse(await ffmpeg.run(sound.meter_args(soundtrack), log_level="info"))
        if heard.is_house_loudness:
            return
        mastering = mastering.correct(heard)
