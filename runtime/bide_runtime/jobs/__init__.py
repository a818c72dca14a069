"""What is known of a job, and its handle. Sends nothing."""
