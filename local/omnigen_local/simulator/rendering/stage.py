"""Builds one FFmpeg command: a base picture, and layers laid over it that move on their own."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from omnigen_local.simulator.rendering.raster import Pixels

FPS: Final = 24
SKY_FPS: Final = 8
"""Clouds are slow: frames between these are blended, which costs a third of working them out."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture's size and the clip's length."""

    width: int
    height: int
    frames: int

    @property
    def scale(self) -> float:
        """1 where the shorter side has 720 pixels."""
        return min(self.width, self.height) / 720

    def px(self, share: float) -> int:
        """Pixels for a share of the shorter side, even and at least two."""
        return max(2, round(min(self.width, self.height) * share / 2) * 2)


@dataclass(frozen=True, slots=True)
class Motion:
    """Where a layer's corner is, as FFmpeg expressions of `n` (frame) and `t` (seconds)."""

    x: str
    y: str


@dataclass(slots=True)
class Stage:
    """Collects inputs and filters. Layer pixels go to files in `folder`, which the caller removes."""

    folder: Path
    frame: Frame
    inputs: list[str] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    _layers: int = 0
    _sources: int = 0

    def set_sky(self, expression: str, grid: tuple[int, int]) -> None:
        """The base: a small generated picture, scaled up smoothly and dithered to 8 bits."""
        across, down = grid
        length_s = self.frame.frames / FPS + 2 / SKY_FPS
        self.filters.append(
            f"nullsrc=s={across}x{down}:r={SKY_FPS}:d={length_s:.6f},format=yuv420p10,geq={expression},"
            f"framerate=fps={FPS}:interp_start=0:interp_end=255:scene=100,"
            f"scale={self.frame.width}:{self.frame.height}:flags=bicubic+accurate_rnd+bitexact,"
            "format=yuv420p,setsar=1[base0]"
        )

    def add(self, pixels: Pixels, size: tuple[int, int], motion: Motion, alpha: float = 1) -> None:
        """Lay pixels over what is there, scaled to `size`."""
        path = self.folder / f"layer{self._sources}.rgba"
        path.write_bytes(pixels.data)
        across, down = (pixels.height, pixels.width) if pixels.transposed else (pixels.width, pixels.height)
        source = self.add_input(
            "-f", "rawvideo", "-pixel_format", "rgba", "-video_size", f"{across}x{down}", "-i", str(path)
        )
        turn = "transpose=cclock_flip," if pixels.transposed else ""
        fade = f",colorchannelmixer=aa={alpha:.3f}" if alpha < 1 else ""
        smooth = f"scale={size[0]}:{size[1]}:flags=bicubic+accurate_rnd+bitexact"
        self.lay(f"[{source}:v]{turn}{smooth}{fade},format=yuva420p", motion)

    def lay(self, chain: str, motion: Motion, options: str = "") -> None:
        """Lay the end of a filter chain over what is there; a single frame stays for the whole clip."""
        under, over = self._layers, self._layers + 1
        place = f"overlay=x='{motion.x}':y='{motion.y}':eval=frame:format=yuv420{options}"
        self.filters += [f"{chain}[layer{over}]", f"[base{under}][layer{over}]{place}[base{over}]"]
        self._layers = over

    def add_input(self, *arguments: str) -> int:
        """Another input file; its index."""
        self.inputs += arguments
        self._sources += 1
        return self._sources - 1

    @property
    def picture(self) -> str:
        """The label of the finished picture."""
        return f"[base{self._layers}]"
