"""Write the meaning of a spec as the files of a package."""
