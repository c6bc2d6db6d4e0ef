"""One video from a prompt, on a stack of its own: what `make demo` runs."""
