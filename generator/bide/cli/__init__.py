"""The commands of `bide`, one to a file, and what they share: `terminal` and `specs`.

What a command needs is imported in it, so that `bide --help` does not wait for a formatter and a schema validator.
"""
