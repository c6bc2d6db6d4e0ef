"""The steps: each reads the record, does what is next for one unit, and says how the unit stands."""
