"""The local stack under more and more load, and with many jobs at once: `make load`, `make prove-flight`."""
