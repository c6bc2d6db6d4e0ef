"""Adapters over one aiohttp session: the services behind the door, and the identity provider's keys."""
