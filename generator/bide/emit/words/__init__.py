"""What generated docstrings, READMEs and metadata say."""
