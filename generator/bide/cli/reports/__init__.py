"""Formats for the problems of specs, one file each."""
