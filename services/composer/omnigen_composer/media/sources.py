"""From the store to this machine's disk: clips that can be cut, and what is heard of music, lines and clips."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from omnigen_composer.domain import clips
from omnigen_composer.domain.clips import ClipFacts, ClipLimits
from omnigen_composer.domain.mix import ClipTrack, place_clips
from omnigen_composer.domain.problems import MusicInvalidError, VoiceInvalidError, to_sentence
from omnigen_composer.domain.recipes import Source
from omnigen_composer.domain.speech import Line, fit_line
from omnigen_composer.media.artefacts import Artefacts
from omnigen_composer.media.probe import UnreadableError, probe_clip, probe_sound
from omnigen_shared.contracts.composer import ClipSound, VoiceTrack
from omnigen_shared.errors import ProblemError
from omnigen_shared.together import run_all


async def fetch_clip(artefacts: Artefacts, limits: ClipLimits, key: str, kept_frames: int, path: Path) -> ClipFacts:
    """A clip that can give so many frames. ClipInvalidError says why it cannot, SourceMissingError."""
    clips.check_size(key, await artefacts.get_size(key), limits)
    await artefacts.fetch(key, path)
    try:
        facts = await asyncio.to_thread(probe_clip, path)
    except UnreadableError as error:
        raise clips.unreadable(key, str(error)) from error
    clips.check_clip(key, facts, kept_frames, limits)
    return facts


def to_source(path: Path, facts: ClipFacts) -> Source:
    """A fetched clip as the recipes read it."""
    return Source(path, facts.assumed_matrix, facts.is_hdr)


class SoundSources:
    """Fetches into a folder. Everything raises SourceMissingError for a key that is not there."""

    def __init__(self, artefacts: Artefacts, max_bytes: int) -> None:
        self._artefacts = artefacts
        self._max_bytes = max_bytes

    async def fetch_music(self, key: str, folder: Path) -> Path:
        """MusicInvalidError when it is too large or cannot be read."""
        path = folder / "music"
        await self._fetch(key, path, MusicInvalidError)
        return path

    async def fetch_lines(self, voices: Sequence[VoiceTrack], folder: Path) -> list[Line]:
        """Each fitted into its room. VoiceInvalidError names the line that cannot be used."""
        return await run_all(self._fetch_line(voice, folder / f"voice{n:02}") for n, voice in enumerate(voices))

    async def fetch_clips(self, sounds: Sequence[ClipSound], folder: Path) -> list[ClipTrack]:
        """Those that have a sound and are not too large: whether a clip is of use is said by its body, not here."""
        keys = [sound.clip_key for sound in sounds]
        paths = {key: folder / f"sound{number:02}" for number, key in enumerate(dict.fromkeys(keys))}
        are_heard = dict(zip(paths, await run_all(self._fetch_heard(*pair) for pair in paths.items()), strict=True))
        tracks = place_clips(sounds, [paths[key] for key in keys])
        return [track for track, key in zip(tracks, keys, strict=True) if are_heard[key]]

    async def _fetch_heard(self, key: str, path: Path) -> bool:
        if await self._artefacts.get_size(key) > self._max_bytes:
            return False
        await self._artefacts.fetch(key, path)
        return await _has_sound(path)

    async def _fetch_line(self, voice: VoiceTrack, path: Path) -> Line:
        duration_s = await self._fetch(voice.speech_key, path, VoiceInvalidError)
        return fit_line(path, voice.text, voice.start_frame, voice.frames, duration_s)

    async def _fetch(self, key: str, path: Path, refusal: type[ProblemError]) -> float:
        """Length in seconds."""
        size_bytes = await self._artefacts.get_size(key)
        if size_bytes > self._max_bytes:
            raise refusal(f"It has {size_bytes} bytes, allowed are {self._max_bytes}.", details={"key": key})
        await self._artefacts.fetch(key, path)
        try:
            return await asyncio.to_thread(probe_sound, path)
        except UnreadableError as error:
            raise refusal(to_sentence(str(error)), details={"key": key}) from error


async def _has_sound(path: Path) -> bool:
    try:
        await asyncio.to_thread(probe_sound, path)
    except UnreadableError:
        return False
    return True
