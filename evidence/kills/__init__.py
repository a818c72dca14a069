"""Kill batches on a ledger at random moments, and count what the provider saw: no job lost, none paid for twice."""
