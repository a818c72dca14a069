"""Which proxy a request goes through, by the environment."""
