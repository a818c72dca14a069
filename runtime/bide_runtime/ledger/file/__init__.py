"""What a ledger has on disk."""
