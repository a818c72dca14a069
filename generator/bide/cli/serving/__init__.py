"""Commands that run simulators, and the one that shows what clients did with them."""
