"""FFmpeg behind HTTP: prepared segments, and the render that joins them."""
