"""FFmpeg's arguments for sound, and the arithmetic that brings it to the house's loudness."""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from omnigen_composer.domain.frames import SAMPLE_RATE_HZ, to_samples
from omnigen_composer.domain.recipes import BITEXACT, guard_input

TARGET_LUFS: Final = -14.0
TOLERANCE_LU: Final = 0.2
"""Narrower than the promised 0.5, since correcting once more costs a fraction of a second."""
MAX_TRUE_PEAK_DBTP: Final = -1.1
SILENT_BELOW_LUFS: Final = -69.0
"""The meter's floor is -70: nothing there that could be made louder."""
UNHEARD_DB: Final = 1.5
"""Peaks that are cut by no more leave music and voices as loud as they were."""
MAX_PASSES: Final = 4

PCM: Final = "aformat=sample_fmts=flt:channel_layouts=stereo"
SOUND_FORMATS: Final = "mov,matroska,mp3,wav,flac,ogg,aac"
FADE_IN_SAMPLES: Final = SAMPLE_RATE_HZ // 2
FADE_OUT_SAMPLES: Final = SAMPLE_RATE_HZ * 3 // 2
_AAC: Final = (
    *("-c:a", "aac", "-b:a", "192k", "-aac_coder", "fast", "-ar", str(SAMPLE_RATE_HZ), "-ac", "2"),
    *("-flags:a", "+bitexact"),
)
"""The other coder is half a decibel nearer to the original at this rate, and takes more than twice as long."""
METER: Final = "ebur128=peak=sample:framelog=quiet"
"""The limiter looks at samples; peaks between them take the meter as long again."""
TRUE_PEAK_METER: Final = "ebur128=peak=true:framelog=quiet"


@dataclass(frozen=True, slots=True)
class Loudness:
    """What the meter says: integrated loudness in LUFS and true peak in dBTP, -inf for silence.

    From a meter of samples the peak is the highest of them, which lies a little lower.
    """

    integrated_lufs: float
    true_peak_dbtp: float

    @classmethod
    def parse(cls, log: str) -> Self:
        """From the summary that ebur128 logs at its end. ValueError when there is none."""
        integrated = re.findall(r"^\s*I:\s+(\S+) LUFS", log, re.MULTILINE)
        peak = re.findall(r"^\s*Peak:\s+(\S+) dBFS", log, re.MULTILINE)
        if not integrated or not peak:
            raise ValueError("no loudness summary in FFmpeg's log")
        return cls(float(integrated[-1]), float(peak[-1]))

    @property
    def is_silence(self) -> bool:
        return self.integrated_lufs < SILENT_BELOW_LUFS

    @property
    def is_house_loudness(self) -> bool:
        near = abs(self.integrated_lufs - TARGET_LUFS) <= TOLERANCE_LU
        return near and self.true_peak_dbtp <= MAX_TRUE_PEAK_DBTP


@dataclass(frozen=True, slots=True)
class Mastering:
    """Gain in dB, and the limiter's ceiling as a sample value below 1."""

    gain_db: float
    ceiling: float = 0.78

    @classmethod
    def first(cls, bed: Loudness) -> Self:
        """What would do if the limiter and the encoder changed nothing."""
        return cls(round(TARGET_LUFS - bed.integrated_lufs, 2))

    def is_squeezing(self, bed: Loudness) -> bool:
        """Whether the limiter takes so much away that it is less loud; else what comes out is known beforehand."""
        return bed.true_peak_dbtp + self.gain_db > 20 * math.log10(self.ceiling) + UNHEARD_DB

    def correct(self, heard: Loudness) -> "Mastering":
        """The next try, after this one sounded like that. A peak that is too high lowers the ceiling first."""
        excess_db = heard.true_peak_dbtp - MAX_TRUE_PEAK_DBTP
        ceiling = self.ceiling * 10 ** (-(excess_db + 0.1) / 20) if excess_db > 0 else self.ceiling
        return Mastering(round(self.gain_db + TARGET_LUFS - heard.integrated_lufs, 2), round(ceiling, 4))


def music_input(music: Path) -> list[str]:
    """Music from its beginning, again and again."""
    return ["-stream_loop", "-1", *guard_input(music, SOUND_FORMATS)]


def fit_music(frames: int) -> str:
    """The filters that give music the exact length, with fades."""
    samples = to_samples(frames)
    fade_in, fade_out = min(FADE_IN_SAMPLES, samples // 4), min(FADE_OUT_SAMPLES, samples // 2)
    return (
        f"aresample={SAMPLE_RATE_HZ},{PCM},atrim=end_sample={samples},asetpts=N/SR/TB,"
        f"afade=t=in:ns={fade_in},afade=t=out:ss={samples - fade_out}:ns={fade_out}"
    )


def bed_args(music: Path, frames: int, bed: Path) -> list[str]:
    """Music, repeated or cut to the exact length, with fades, as float WAV; metered on the way."""
    return [
        *(*music_input(music), "-map", "0:a:0", "-af", f"{fit_music(frames)},{METER}"),
        *(*BITEXACT, "-c:a", "pcm_f32le", "-f", "wav", str(bed)),
    ]


def trial_args(bed: Path, mastering: Mastering) -> list[str]:
    """Hear what the limiter makes of it, without the encoder, which takes three times as long as all the rest."""
    return [*guard_input(bed, "wav"), "-af", f"{_limit(mastering)},{METER}", "-f", "null", "-"]


def master_args(bed: Path, mastering: Mastering, soundtrack: Path) -> list[str]:
    """The bed at its gain, limited, as AAC in an MP4."""
    filters = f"{_limit(mastering)},aformat=sample_fmts=fltp:channel_layouts=stereo"
    return [*guard_input(bed, "wav"), "-af", filters, *BITEXACT, *_AAC, "-f", "mp4", str(soundtrack)]


def _limit(mastering: Mastering) -> str:
    limiter = f"alimiter=limit={mastering.ceiling:.4f}:attack=5:release=50:level=0:latency=1"
    return f"volume={mastering.gain_db:.2f}dB,{limiter}"


def meter_args(soundtrack: Path) -> list[str]:
    """Hear the finished sound as a player will."""
    return [*guard_input(soundtrack, "mov"), "-map", "0:a:0", "-af", TRUE_PEAK_METER, "-f", "null", "-"]


def silence_args(frames: int, soundtrack: Path) -> list[str]:
    """Digital silence of the exact length."""
    source = f"anullsrc=r={SAMPLE_RATE_HZ}:cl=stereo,atrim=end_sample={to_samples(frames)}"
    return ["-f", "lavfi", "-i", source, *BITEXACT, *_AAC, "-f", "mp4", str(soundtrack)]
