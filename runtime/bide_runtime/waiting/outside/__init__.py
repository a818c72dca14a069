"""What comes to a wait from outside: new keys, and webhooks."""
