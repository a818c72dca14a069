"""The course of one job, and the faults of its requests."""
