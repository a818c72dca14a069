"""Rules about types, fields and values."""
