"""A fake of any provider, in virtual time."""
