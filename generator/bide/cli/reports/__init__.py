"""What was found in specs, written for a person or for a program: one format to a file."""
