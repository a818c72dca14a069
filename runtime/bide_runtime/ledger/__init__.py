"""The ledger: a file from which a batch goes on after its process has ended."""
