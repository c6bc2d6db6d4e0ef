"""Pure rules of the job record: what may happen to it, and what becomes of it. No I/O, no clock, no random."""
