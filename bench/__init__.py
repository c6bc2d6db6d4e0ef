"""Measurements with goals: what `make bench` and its parts run."""
