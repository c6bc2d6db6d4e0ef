"""What users see while something behind is away: `make prove-outages`, and with shortened delays in tests/contract."""
