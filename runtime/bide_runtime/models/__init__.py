"""Typed values from JSON and back."""
