"""Many streams of events through one gateway process: `make prove-streams`."""
