"""The local stack under more and more load: `make load`."""
