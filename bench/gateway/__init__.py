"""The gateway beside others: `make bench-gateway`."""
