"""Requests and replies as values, credentials and rate limits. Sends nothing."""
