"""Use cases: they speak to ports only."""
