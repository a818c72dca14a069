"""Submit a job without creating it twice."""
