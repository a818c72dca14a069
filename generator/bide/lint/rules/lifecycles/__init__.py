"""Rules about statuses, states and transitions."""
