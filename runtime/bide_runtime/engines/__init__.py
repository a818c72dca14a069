"""HTTP engines behind one protocol, `Transport`."""
