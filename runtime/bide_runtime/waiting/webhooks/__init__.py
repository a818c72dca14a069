"""Webhooks: a provider tells of a job what a poll would return."""
