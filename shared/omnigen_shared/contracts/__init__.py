"""Models that cross a boundary between two units; each side validates with the same class."""
