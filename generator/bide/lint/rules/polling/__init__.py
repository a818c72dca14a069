"""Rules about when and how a job is polled."""
