"""Rules about names, secrets and sources."""
