"""Jobs of a client: the handle of one, and the namespace of one kind."""
