"""Many tiny jobs at once: `make prove-flight`."""
