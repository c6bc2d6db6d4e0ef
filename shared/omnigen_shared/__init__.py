"""The plumbing that two or more units use."""
