"""Tests of the programs made of a package."""
