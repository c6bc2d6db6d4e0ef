"""FFmpeg and PyAV at work: the adapter behind the Workshop port."""
