"""Commands that run simulators."""
