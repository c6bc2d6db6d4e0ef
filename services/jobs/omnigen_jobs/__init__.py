"""The job record: scenes, intents, events, and what may happen to them."""
