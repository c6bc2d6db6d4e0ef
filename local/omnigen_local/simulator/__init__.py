"""A simulator of Replicate's HTTP API: the same calls and fields, real media, a bill of its own, faults on demand."""
