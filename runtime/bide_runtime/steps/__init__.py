"""Waiting as steps that can be stored: a submission, one look at a job, and how it ended."""
