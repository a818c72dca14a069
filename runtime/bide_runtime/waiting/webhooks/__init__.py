"""Webhooks: what they tell of jobs, and which waits they reach."""
