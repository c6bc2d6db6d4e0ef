"""The sound of a video: music, voices and clips brought to the house's loudness, or silence."""

import asyncio
from pathlib import Path

from omnigen_composer.domain import mix, sound
from omnigen_composer.domain.frames import to_samples, to_seconds
from omnigen_composer.domain.mix import Tracks
from omnigen_composer.domain.problems import CompositionFailedError, MusicInvalidError, to_sentence
from omnigen_composer.domain.sound import Loudness, Mastering
from omnigen_composer.media.artefacts import Artefacts
from omnigen_composer.media.ffmpeg import Ffmpeg, FfmpegError, FfmpegLimitError
from omnigen_composer.media.probe import UnreadableError, count_samples
from omnigen_composer.media.sources import SoundSources
from omnigen_composer.ports import Report
from omnigen_shared.contracts.composer import SegmentResult, SoundtrackRequest


class SoundtrackMaker:
    """Makes one soundtrack in one folder."""

    def __init__(self, ffmpeg: Ffmpeg, artefacts: Artefacts, sources: SoundSources) -> None:
        self._ffmpeg = ffmpeg
        self._artefacts = artefacts
        self._sources = sources

    async def make_soundtrack(self, key: str, request: SoundtrackRequest, folder: Path, report: Report) -> None:
        """AAC in an MP4. MusicInvalidError, VoiceInvalidError, SourceMissingError, CompositionFailedError."""
        frames, soundtrack = request.total_frames, folder / "soundtrack.m4a"
        try:
            raw = await self._mix(request, folder)
            report(0.5)
            has_audio = await self._finish(raw, frames, soundtrack)
            samples = await asyncio.to_thread(count_samples, soundtrack)
        except (FfmpegError, UnreadableError) as error:
            raise CompositionFailedError(f"Mixing failed: {error}.") from error
        if samples != to_samples(frames):
            raise CompositionFailedError(f"Made were {samples} samples of sound for {frames} frames.")
        result = SegmentResult(key=key, frames=frames, duration_s=to_seconds(frames), has_audio=has_audio)
        await self._artefacts.store_sound(soundtrack, key, result)

    async def _mix(self, request: SoundtrackRequest, folder: Path) -> tuple[Path, Loudness] | None:
        """What is heard before it is brought to its loudness; None when there is nothing."""
        lines = await self._sources.fetch_lines(request.voices, folder)
        clips = await self._sources.fetch_clips(request.clip_sounds, folder)
        key, frames = request.music_key, request.total_frames
        music = None if key is None else await self._sources.fetch_music(key, folder)
        if not lines and not clips:
            return None if music is None else await self._make_bed(music, request, folder)
        mixed = folder / "mix.wav"
        try:
            return mixed, await self._meter(mix.mix_args(Tracks(music, lines, clips), frames, mixed))
        except FfmpegLimitError:
            raise  # says nothing about the sounds
        except FfmpegError:
            if music is not None:
                await self._make_bed(music, request, folder)  # says whether it is the music
            raise

    async def _make_bed(self, music: Path, request: SoundtrackRequest, folder: Path) -> tuple[Path, Loudness]:
        """The music alone. MusicInvalidError."""
        bed = folder / "bed.wav"
        try:
            return bed, await self._meter(sound.bed_args(music, request.total_frames, bed))
        except FfmpegLimitError:
            raise  # says nothing about the music
        except FfmpegError as error:
            raise MusicInvalidError(to_sentence(str(error)), details={"key": request.music_key}) from error

    async def _finish(self, raw: tuple[Path, Loudness] | None, frames: int, soundtrack: Path) -> bool:
        """Whether there is anything to be heard."""
        if raw is None or raw[1].is_silence:
            await self._ffmpeg.run(sound.silence_args(frames, soundtrack))
            return False
        await self._master(raw[0], raw[1], soundtrack)
        return True

    async def _master(self, raw: Path, loudness: Loudness, soundtrack: Path) -> None:
        """Encode, listen to what came out, correct: the encoder changes a little of what was aimed at."""
        mastering = await self._find_mastering(raw, loudness)
        for _ in range(sound.MAX_PASSES):
            await self._ffmpeg.run(sound.master_args(raw, mastering, soundtrack))
            heard = await self._meter(sound.meter_args(soundtrack))
            if heard.is_house_loudness:
                return
            mastering = mastering.correct(heard)

    async def _find_mastering(self, raw: Path, loudness: Loudness) -> Mastering:
        """A limiter with much to do changes what was aimed at, so that it is tried out first."""
        mastering = Mastering.first(loudness)
        if not mastering.is_squeezing(loudness):
            return mastering
        for _ in range(sound.MAX_PASSES):
            heard = await self._meter(sound.trial_args(raw, mastering))
            if heard.is_house_loudness:
                break
            mastering = mastering.correct(heard)
        return mastering

    async def _meter(self, arguments: list[str]) -> Loudness:
        return Loudness.parse(await self._ffmpeg.run(arguments, log_level="info"))
