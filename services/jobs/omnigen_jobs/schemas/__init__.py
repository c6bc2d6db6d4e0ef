"""What goes over HTTP: a user's order, a user's view of a job, and the generator's snapshot of it."""
