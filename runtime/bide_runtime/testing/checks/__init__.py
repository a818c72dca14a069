"""What the tests of generated packages are made of."""
