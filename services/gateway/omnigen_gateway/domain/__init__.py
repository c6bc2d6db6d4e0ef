"""Pure rules of the door: where a path leads, which headers pass, what a token has to say. No I/O, clock or random."""
