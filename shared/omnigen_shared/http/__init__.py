"""What every HTTP service has in common: its app, middleware, problems, health, and who calls."""
