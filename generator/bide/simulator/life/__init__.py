"""What happens to one job, and to the requests about it."""
