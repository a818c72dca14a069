"""A batch at work on a ledger."""
