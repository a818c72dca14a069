"""Commands that read and write documents of other kinds."""
