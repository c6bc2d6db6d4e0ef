"""Whether a series of measurements rises, and what it looks like."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_BARS: Final = "▁▂▃▄▅▆▇█"
_HOUR_S: Final = 3_600
_MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Sample:
    """So many bytes, so many seconds after the beginning."""

    at_s: float
    size_bytes: float


def fit_slope(samples: Sequence[Sample]) -> float:
    """Bytes a second, by least squares; 0 of less than two moments."""
    count = len(samples)
    middle_s = sum(sample.at_s for sample in samples) / max(1, count)
    middle = sum(sample.size_bytes for sample in samples) / max(1, count)
    spread = sum((sample.at_s - middle_s) ** 2 for sample in samples)
    rise = sum((sample.at_s - middle_s) * (sample.size_bytes - middle) for sample in samples)
    return rise / spread if spread else 0.0


def to_mib_per_hour(slope: float) -> float:
    """Of bytes a second."""
    return slope * _HOUR_S / _MIB


def rise_in(samples: Sequence[Sample], seconds: float) -> float:
    """What it grows by in so long, as a share of what it is on average."""
    average = sum(sample.size_bytes for sample in samples) / max(1, len(samples))
    return fit_slope(samples) * seconds / average if average else 0.0


def draw_spark(values: Sequence[float], width: int) -> str:
    """A line of bars from the least to the most, each the average of its part of the series."""
    if not values:
        return ""
    bounds = [round(number * len(values) / width) for number in range(width + 1)]
    parts = [values[first:last] for first, last in pairwise(bounds) if last > first]
    averages = [sum(part) / len(part) for part in parts]
    least, most = min(averages), max(averages)
    scale = (len(_BARS) - 1) / (most - least) if most > least else 0
    return "".join(_BARS[round((average - least) * scale)] for average in averages)
