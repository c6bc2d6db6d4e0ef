"""What the units' tests have in common; not used by any service."""
