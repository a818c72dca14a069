"""Benchmarks of Bide and of generated packages, beside other libraries. `make bench` writes docs/benchmarks.md."""
