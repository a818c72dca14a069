"""Repeat a command at each save."""
