"""Requests and replies as values, credentials, rate limits. Sends nothing."""
