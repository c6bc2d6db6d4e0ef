"""Plans, monthly usage and the spend ledger: the only unit that changes money."""
