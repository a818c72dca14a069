"""From what a spec means to the files of a package."""
