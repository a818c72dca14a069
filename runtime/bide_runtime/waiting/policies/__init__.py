"""When to poll."""
