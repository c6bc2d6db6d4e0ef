"""Everything that looks for a hole, in one run: `make security`."""
