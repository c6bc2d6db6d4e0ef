"""Adapters: the other services, and the provider."""
