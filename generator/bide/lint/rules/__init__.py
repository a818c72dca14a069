"""The rules, one to a file."""
