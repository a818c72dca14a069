"""Rules about replies and results."""
