"""The trace of clients: what they sent and when, and what that shows."""
