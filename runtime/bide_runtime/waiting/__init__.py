"""Submit, poll, result: the sans-IO core."""
