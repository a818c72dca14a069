"""Many jobs at once: `run_many` and `wait_many`, and what sends their requests."""
