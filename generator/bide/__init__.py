"""Bide turns a YAML description of a job API into a typed Python package that waits correctly."""

__version__ = "0.1.0"
