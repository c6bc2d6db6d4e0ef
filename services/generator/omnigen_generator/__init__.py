"""The Lambda that plans and generates: one short step of a job per call."""
