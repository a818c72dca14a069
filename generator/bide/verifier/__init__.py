"""Does what a server said fit its spec? A recording against the meaning of a spec."""
