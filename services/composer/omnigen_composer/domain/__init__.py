"""What the composer knows without touching anything: frames, keys, limits, FFmpeg's arguments, and its errors."""
