"""How fast Bide and what it writes are, beside others. `make bench` runs it; docs/benchmarks.md is what it says."""
