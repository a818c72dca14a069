"""What happened in a simulator: who was sent what, when, and about which job."""
