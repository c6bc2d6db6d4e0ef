"""Use cases of the door: who is calling, and asking the service that answers."""
