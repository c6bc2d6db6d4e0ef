"""Colours as RGB triples of 0..255."""

Rgb = tuple[float, float, float]


def rgb(text: str) -> Rgb:
    """A colour from `#rrggbb`."""
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """`share` 0 is all first, 1 all second."""
    red, green, blue = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return (red, green, blue)


def yuv(colour: Rgb) -> tuple[float, float, float]:
    """BT.709, limited range, 8-bit units."""
    red, green, blue = (part / 255 for part in colour)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return (16 + 219 * luma, 128 + 224 * (blue - luma) / 1.8556, 128 + 224 * (red - luma) / 1.5748)


def rgba(colour: Rgb, alpha: float = 1) -> bytes:
    """One pixel, not premultiplied."""
    return bytes(min(255, max(0, round(part))) for part in (*colour, 255 * alpha))
