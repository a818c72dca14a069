"""The bodies of replies."""
