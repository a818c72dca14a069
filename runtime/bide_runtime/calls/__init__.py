"""One provider, one call of it, and what its replies link to."""
