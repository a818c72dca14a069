"""A page with jobs as lanes over time, of a simulator or of a trace: one file without a network."""
