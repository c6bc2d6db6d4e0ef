"""The served document against what is served: `make prove-api`."""
