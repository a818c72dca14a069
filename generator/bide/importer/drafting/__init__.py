"""Draft a spec from a document: its head, its jobs with their lifecycles, its operations."""
