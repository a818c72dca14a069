"""The commands of `bide`, one file each, and the modules they share.

A command imports what it needs when it runs, so that `bide --help` does not load a formatter and a schema validator.
"""
