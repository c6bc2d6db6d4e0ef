"""The local stack under a steady flow for a long time: `make soak`, `make slope`."""
