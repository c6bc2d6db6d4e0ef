"""Use cases: they read, let the rules decide, write what was decided, and speak to ports only."""
