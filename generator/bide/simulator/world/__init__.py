"""The simulated provider as a machine: requests in, answers out."""
