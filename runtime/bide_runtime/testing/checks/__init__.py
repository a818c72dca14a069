"""The promises, strategies and drivers of generated tests."""
