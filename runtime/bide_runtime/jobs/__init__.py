"""The record of a job, its handle and its lifecycle. Sends nothing."""
