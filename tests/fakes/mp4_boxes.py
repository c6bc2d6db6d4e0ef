"""MP4 files whose boxes say something else than what is true."""

import struct
from pathlib import Path

_AROUND_REFERENCE = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")
_DURATION_AT = {b"mvhd": (12, 16), b"mdhd": (12, 16), b"tkhd": (None, 20)}
"""From a box's name: where its time scale and its duration are (version 0); a track's header has the movie's scale."""


def claim_duration(data: bytes, hours: int) -> bytes:
    """Every header says so; the samples stay as they are."""
    spoiled, scale = bytearray(data), 1000
    for name in (b"mvhd", b"mdhd", b"tkhd"):
        scale_at, duration_at = _DURATION_AT[name]
        at = data.index(name) + 4
        if scale_at is not None:
            [scale] = struct.unpack_from(">I", data, at + scale_at)
        struct.pack_into(">I", spoiled, at + duration_at, hours * 3600 * min(scale, 100_000))
    return bytes(spoiled)


def refer_elsewhere(data: bytes, target: Path) -> bytes:
    """The one track's data reference becomes an alias to a file by its absolute path."""
    entry_at = data.index(b"dref") + 12
    [old_size] = struct.unpack_from(">I", data, entry_at)
    alias = _write_alias(target)
    spoiled = bytearray(data[:entry_at] + alias + data[entry_at + old_size :])
    for name in _AROUND_REFERENCE:
        size_at = data.index(name) - 4
        [size] = struct.unpack_from(">I", data, size_at)
        struct.pack_into(">I", spoiled, size_at, size + len(alias) - old_size)
    return bytes(spoiled)


def _write_alias(target: Path) -> bytes:
    path = str(target).encode().replace(b"/", b":")
    path += b"\0" * (len(path) % 2)
    record = bytes(150) + struct.pack(">HH", 2, len(path)) + path + struct.pack(">HH", 0xFFFF, 0)
    return struct.pack(">I4sI", 12 + len(record), b"alis", 0) + record
