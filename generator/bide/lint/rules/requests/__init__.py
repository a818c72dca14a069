"""Rules about what is sent."""
