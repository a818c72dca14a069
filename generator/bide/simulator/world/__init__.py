"""The simulated provider without sockets: requests in, answers out."""
