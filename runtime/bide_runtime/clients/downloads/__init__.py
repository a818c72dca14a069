"""Download files to disk."""
